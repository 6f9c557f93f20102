package dev.holdfast.lock.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL of this machine in a temporary directory, on a free port. */
final class RealPostgres implements AutoCloseable {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");

    final int port;
    private final Path directory;
    private final List<String> settings;
    private Process process;

    RealPostgres(String... settings) throws Exception {
        this.settings = List.of(settings);
        this.directory = Files.createTempDirectory("holdfast-pg");
        this.port = freePort();
        run("chmod", "777", directory.toString());
        run(command("initdb", "-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"));
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private static Path binaries() throws IOException {
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.max(Comparator.comparing(p -> Integer.parseInt(p.getFileName().toString())))
                    .orElseThrow()
                    .resolve("bin");
        }
    }

    private static String[] command(String... words) throws IOException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
        }
        command.add(binaries().resolve(words[0]).toString());
        command.addAll(List.of(words).subList(1, words.length));
        return command.toArray(String[]::new);
    }

    private static void run(String... command) throws Exception {
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes());
        if (child.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + output);
        }
    }

    void start() throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "postgres", "-D", data(), "-p", Integer.toString(port), "-c", "listen_addresses=127.0.0.1"));
        words.addAll(List.of("-c", "unix_socket_directories=" + directory, "-c", "log_line_prefix=[%a] "));
        settings.forEach(setting -> words.addAll(List.of("-c", setting)));
        process = new ProcessBuilder(command(words.toArray(String[]::new)))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        Eventually.holds("PostgreSQL answers", Duration.ofSeconds(20), () -> {
            try (Connection ready = admin()) {
                return ready.isValid(1);
            } catch (SQLException e) {
                return false;
            }
        });
    }

    Path log() {
        return directory.resolve("log");
    }

    /** SIGKILL of the postmaster: an immediate crash; the next start recovers. */
    void crash() throws Exception {
        process.destroyForcibly().waitFor();
        Eventually.holds("old processes are gone", Duration.ofSeconds(10), () -> {
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.isBound();
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Stops ("STOP") or continues ("CONT") the server and all its sessions. */
    void signal(String name) {
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).forEach(child -> {
            try {
                run("kill", "-" + name, Long.toString(child.pid()));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    Connection admin() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres"
                + "&ApplicationName=admin&connectTimeout=2&socketTimeout=20");
    }

    /** First column of the first row, as text; for anything but a query, nothing. */
    String sql(String text) {
        try (Connection admin = admin();
                Statement statement = admin.createStatement()) {
            if (!statement.execute(text)) {
                return "";
            }
            try (ResultSet row = statement.getResultSet()) {
                return row.next() ? String.valueOf(row.getString(1)) : "";
            }
        } catch (SQLException e) {
            throw new IllegalStateException(text, e);
        }
    }

    @Override
    public void close() {
        try {
            if (process.isAlive()) {
                signal("CONT");
                run("kill", "-INT", Long.toString(process.pid()));
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
            run("rm", "-rf", directory.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
