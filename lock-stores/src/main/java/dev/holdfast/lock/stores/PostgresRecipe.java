package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * One PostgreSQL server. It has the role {@code holdfast} with password {@code holdfast} (SCRAM, checked on every
 * connection), the database {@code holdfast} owned by it, and the superuser {@code postgres}, trusted without a
 * password.
 */
class PostgresRecipe implements Recipe {
    private static final Duration STOP = Duration.ofSeconds(5);

    /** Every statement of a client, in the database made for clients; the probes use another one. */
    private static final String COUNT = "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s"
            + " JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = 'holdfast'";

    private final Path program;
    private final PostgresTemplate template;
    private final List<String> extraArgs;

    PostgresRecipe(Path found, Cache cache, List<String> extraArgs) {
        this.program = real(found);
        this.template = new PostgresTemplate(program, cache, countsStatements(program));
        this.extraArgs = extraArgs;
    }

    /** A link would hide what lies beside the program. */
    private static Path real(Path program) {
        try {
            return program.toRealPath();
        } catch (IOException e) {
            throw new StoreException("cannot follow " + program, e);
        }
    }

    @Override
    public final StoreKind kind() {
        return StoreKind.POSTGRES;
    }

    @Override
    public void prepare(StoreDirectory directory) throws IOException {
        template.copyTo(directory, RunAs.here());
    }

    @Override
    public List<String> command(StoreDirectory directory, int port) throws IOException {
        List<String> command = new ArrayList<>(RunAs.here().prefix());
        command.addAll(List.of(program.toString(), "-D", directory.data().toString(), "-p", Integer.toString(port)));
        option(command, "listen_addresses=" + HOST);
        option(command, "unix_socket_directories=");
        option(command, "max_connections=200");
        option(command, "fsync=off");
        option(command, "full_page_writes=off");
        // The usual choice leaves a file in /dev/shm when the server is killed; this one stays in the data directory.
        option(command, "dynamic_shared_memory_type=mmap");
        if (countsStatements(program)) {
            option(command, "shared_preload_libraries=pg_stat_statements");
        }
        command.addAll(extraArgs);
        return command;
    }

    static void option(List<String> command, String setting) {
        command.addAll(List.of("-c", setting));
    }

    /** Debian puts libraries into ../lib, others into ../lib/postgresql. */
    private static boolean countsStatements(Path program) {
        Path home = program.resolve("../..").normalize();
        return Stream.of("lib", "lib/postgresql")
                .flatMap(lib -> Stream.of(".so", ".dylib").map(suffix -> lib + "/pg_stat_statements" + suffix))
                .anyMatch(file -> Files.exists(home.resolve(file)));
    }

    @Override
    public boolean ready(int port) throws IOException {
        return "1".equals(ask(port, "SELECT 1"));
    }

    @Override
    public final String version(int port) throws IOException {
        return ask(port, "SHOW server_version").replaceFirst(" .*", "");
    }

    /** Exact, every statement counts, BEGIN and COMMIT too; empty where the extension is not installed. */
    @Override
    public OptionalLong requests(int port) throws IOException {
        return countsStatements(program) ? OptionalLong.of(Long.parseLong(ask(port, COUNT))) : OptionalLong.empty();
    }

    static String ask(int port, String sql) throws IOException {
        try (PostgresProbe probe = new PostgresProbe(HOST, port, "postgres", PATIENCE)) {
            return probe.value(sql);
        }
    }

    @Override
    public final String url(int port) {
        return "postgresql://holdfast:holdfast@" + HOST + ":" + port + "/holdfast";
    }

    @Override
    public final String origin() {
        return program.toString();
    }

    /** SIGINT, a fast shutdown: a server that is killed leaves its System V segment to others. */
    @Override
    public final void stop(StoreProcess process) {
        process.resume();
        process.interrupt();
        if (!process.endedWithin(STOP)) {
            process.kill();
        }
    }

    /** Removes the segment that a killed server left; the janitor does the same when the store is closed. */
    @Override
    public final void discard(StoreDirectory directory) throws IOException {
        Path pidFile = directory.data().resolve("postmaster.pid");
        List<String> lines = Files.exists(pidFile) ? Files.readAllLines(pidFile) : List.of();
        if (lines.size() >= 7) {
            String segment = lines.get(6).strip().replaceFirst("^\\S+\\s+", "");
            // It may be gone already, or the system may not know the command.
            Commands.succeeds(List.of("ipcrm", "-m", segment));
        }
    }
}
