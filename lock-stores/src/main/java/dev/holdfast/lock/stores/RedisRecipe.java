package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Redis without persistence, unless the extra arguments say otherwise. */
final class RedisRecipe implements Recipe {
    private final Path program;
    private final List<String> extraArgs;
    private final String password;

    /** Reads caused by our own connections since the server started: one per command and one per end of connection. */
    private final AtomicLong ownReads = new AtomicLong();

    RedisRecipe(Path program, List<String> extraArgs) {
        this.program = program;
        this.extraArgs = extraArgs;
        int at = extraArgs.indexOf("--requirepass");
        this.password = at >= 0 && at + 1 < extraArgs.size() ? extraArgs.get(at + 1) : "";
    }

    @Override
    public StoreKind kind() {
        return StoreKind.REDIS;
    }

    @Override
    public void prepare(StoreDirectory directory) throws IOException {
        Files.createDirectories(directory.data());
    }

    @Override
    public List<String> command(StoreDirectory directory, int port) {
        ownReads.set(0);
        List<String> command = new ArrayList<>(List.of(program.toString(), "--port", Integer.toString(port)));
        command.addAll(List.of("--bind", HOST, "--daemonize", "no", "--save", "", "--appendonly", "no"));
        command.addAll(List.of("--dir", directory.data().toString()));
        command.addAll(extraArgs);
        return command;
    }

    @Override
    public boolean ready(int port) throws IOException {
        return "0".equals(info(port, "persistence", "loading"));
    }

    @Override
    public String version(int port) throws IOException {
        return info(port, "server", "redis_version");
    }

    /**
     * Reads from client sockets. Commands cannot be counted: INFO commandstats adds those that scripts call. A request
     * is one read as long as it arrives alone and is shorter than 16 KiB; the end of a connection is one more.
     */
    @Override
    public OptionalLong requests(int port) throws IOException {
        long before = ownReads.get();
        int asking = password.isEmpty() ? 1 : 2;
        long all = Long.parseLong(info(port, "stats", "total_reads_processed"));
        return OptionalLong.of(all - before - asking);
    }

    private String info(int port, String section, String field) throws IOException {
        try (RespProbe probe = new RespProbe(HOST, port, PATIENCE)) {
            ownReads.incrementAndGet();
            if (!password.isEmpty()) {
                ownReads.incrementAndGet();
                probe.call("AUTH", password);
            }
            ownReads.incrementAndGet();
            return probe.info(section, field);
        }
    }

    @Override
    public String url(int port) {
        return "redis://" + (password.isEmpty() ? "" : ":" + password + "@") + HOST + ":" + port;
    }

    @Override
    public String origin() {
        return program.toString();
    }
}
