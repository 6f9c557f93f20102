package dev.holdfast.lock.redis;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** A Redis server of its own on a free port, with its data in a temporary directory. */
final class RedisServer implements AutoCloseable {
    private final Path directory;
    private final int port;
    private final List<String> settings;
    private Process process;

    private RedisServer(Path directory, int port, List<String> settings) throws IOException {
        this.directory = directory;
        this.port = port;
        this.settings = settings;
        this.process = launch();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    }

    static RedisServer start(String... settings) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        RedisServer server = new RedisServer(Files.createTempDirectory("holdfast-redis"), port, List.of(settings));
        server.awaitReady();
        return server;
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(List.of("redis-server", "--port", Integer.toString(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--dir", directory.toString()));
        command.addAll(settings);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }

    private void awaitReady() throws InterruptedException {
        Poll.until("Redis answers on port " + port, () -> {
            try (RedisClient client = admin()) {
                return "PONG".equals(client.ping());
            } catch (JedisException e) {
                return String.valueOf(e.getMessage()).contains("NOAUTH");
            }
        });
    }

    int port() {
        return port;
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** An unrestricted client, for looking behind the driver. */
    RedisClient admin() {
        return RedisClient.builder()
                .hostAndPort(new HostAndPort("127.0.0.1", port))
                .clientConfig(DefaultJedisClientConfig.builder()
                        .timeoutMillis(5_000)
                        .build())
                .build();
    }

    /** Sends {@code ACL SETUSER} with these rules. */
    void user(String name, String rules) {
        try (Connection connection = new Connection("127.0.0.1", port)) {
            CommandArguments command = new CommandArguments(Protocol.Command.ACL).add("SETUSER").add(name);
            List.of(rules.split(" ")).forEach(command::add);
            connection.executeCommand(command);
        }
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() throws Exception {
        kill();
        process = launch();
        awaitReady();
    }

    /** SIGSTOP or SIGCONT. */
    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("kill -" + name + " failed");
        }
    }

    @Override
    public void close() throws Exception {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
