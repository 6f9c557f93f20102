package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** PgBouncer before a running PostgreSQL: the same roles and databases, on another port. */
final class PgBouncerRecipe implements Recipe {
    private static final String SETTINGS =
            """
            [databases]
            * = host=%1$s port=%2$d
            [pgbouncer]
            listen_addr = %1$s
            unix_socket_dir =
            auth_type = trust
            auth_file = %3$s
            %4$s
            """;

    /** PgBouncer logs in with these; the server trusts the other one. */
    private static final String USERS = "\"holdfast\" \"holdfast\"\n\"postgres\" \"\"\n";

    private final Path program;
    private final RunningStore server;
    private final List<String> settings;

    /** With these lines in the section {@code [pgbouncer]} of its settings. */
    PgBouncerRecipe(Path program, RunningStore server, List<String> settings) {
        this.program = program;
        this.server = server;
        this.settings = settings;
    }

    @Override
    public StoreKind kind() {
        return StoreKind.POSTGRES;
    }

    @Override
    public void prepare(StoreDirectory directory) throws IOException {
        RunAs user = RunAs.here();
        user.give(directory.path());
        Path users = write(directory.path().resolve("users.txt"), USERS, user);
        String text = SETTINGS.formatted(HOST, server.port(), users, String.join("\n", settings));
        write(directory.path().resolve("pgbouncer.ini"), text, user);
    }

    private static Path write(Path file, String text, RunAs user) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        user.give(file);
        return file;
    }

    /** The port is known only now, and PgBouncer takes it from its settings alone. */
    @Override
    public List<String> command(StoreDirectory directory, int port) throws IOException {
        Path file = directory.path().resolve("pgbouncer.ini");
        String text = Files.readString(file)
                .replaceFirst("(listen_port = \\d+\n)?listen_addr", "listen_port = " + port + "\nlisten_addr");
        write(file, text, RunAs.here());
        List<String> command = new ArrayList<>(RunAs.here().prefix());
        command.addAll(List.of(program.toString(), file.toString()));
        return command;
    }

    @Override
    public boolean ready(int port) throws IOException {
        return "1".equals(PostgresRecipe.ask(port, "SELECT 1"));
    }

    /** That of the server behind it. */
    @Override
    public String version(int port) {
        return server.version();
    }

    @Override
    public OptionalLong requests(int port) {
        return server.requests();
    }

    @Override
    public String url(int port) {
        return "postgresql://holdfast:holdfast@" + HOST + ":" + port + "/holdfast";
    }

    @Override
    public String origin() {
        return program.toString();
    }
}
