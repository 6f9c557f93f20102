package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** A Redis sentinel that needs one other to agree that the primary is gone. */
final class SentinelRecipe implements Recipe {
    /** The name under which the primary is watched. */
    static final String PRIMARY = "mymaster";

    private final Path program;
    private final int primary;

    SentinelRecipe(Path program, int primary) {
        this.program = program;
        this.primary = primary;
    }

    @Override
    public StoreKind kind() {
        return StoreKind.REDIS;
    }

    @Override
    public void prepare(StoreDirectory directory) throws IOException {
        Files.createDirectories(directory.data());
    }

    /** The sentinel keeps what it learns in its file of settings, over restarts too. */
    @Override
    public List<String> command(StoreDirectory directory, int port) throws IOException {
        Path settings = directory.data().resolve("sentinel.conf");
        if (!Files.exists(settings)) {
            String text = String.join(
                    "\n",
                    "port " + port,
                    "bind " + HOST,
                    "dir " + directory.data(),
                    "sentinel monitor " + PRIMARY + " " + HOST + " " + primary + " 2",
                    "sentinel down-after-milliseconds " + PRIMARY + " 1000",
                    "sentinel failover-timeout " + PRIMARY + " 4000",
                    "");
            Files.write(settings, text.getBytes(StandardCharsets.UTF_8));
        }
        return List.of(program.toString(), settings.toString(), "--sentinel");
    }

    @Override
    public boolean ready(int port) throws IOException {
        return "PONG".equals(ask(port, "PING"));
    }

    @Override
    public String version(int port) throws IOException {
        try (RespProbe probe = new RespProbe(HOST, port, PATIENCE)) {
            return probe.info("server", "redis_version");
        }
    }

    @Override
    public OptionalLong requests(int port) {
        return OptionalLong.empty();
    }

    /** One question to the sentinel at this port. */
    static String ask(int port, String... question) throws IOException {
        try (RespProbe probe = new RespProbe(HOST, port, PATIENCE)) {
            return String.valueOf(probe.call(question));
        }
    }

    @Override
    public String url(int port) {
        return "redis+sentinel://" + HOST + ":" + port + "/" + PRIMARY;
    }

    @Override
    public String origin() {
        return program.toString();
    }
}
