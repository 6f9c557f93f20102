package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read-only standby that streams from a running primary, or a server that may become one. The base backup uses the
 * server's own functions and {@code cp}, because the embedded binaries have no pg_basebackup.
 */
final class StandbyRecipe extends PostgresRecipe {
    private static final String SIGNAL = "standby.signal";

    private record Primary(RunningStore server, int replicationPort) {}

    private volatile @Nullable Primary primary;
    private volatile boolean follows;

    /** Follows nobody yet. */
    StandbyRecipe(Path program, Cache cache, List<String> extraArgs) {
        super(program, cache, extraArgs);
    }

    /** A standby of this primary. */
    StandbyRecipe(Path program, Cache cache, RunningStore primary) {
        this(program, cache, List.of());
        follow(primary, primary.port());
    }

    /** What is made from nothing follows this primary from now on, through this port instead of its own. */
    void follow(RunningStore server, int replicationPort) {
        primary = new Primary(server, replicationPort);
    }

    @Override
    public void prepare(StoreDirectory directory) throws IOException {
        Primary followed = primary;
        if (followed == null) {
            super.prepare(directory);
        } else {
            backUp(followed.server(), directory);
        }
    }

    private static void backUp(RunningStore primary, StoreDirectory directory) throws IOException {
        RunAs user = RunAs.here();
        try (PostgresProbe probe = new PostgresProbe(HOST, primary.port(), "postgres", PATIENCE)) {
            boolean old = Integer.parseInt(probe.value("SHOW server_version_num")) < 150_000;
            probe.query(
                    old ? "SELECT pg_start_backup('standby', true, false)" : "SELECT pg_backup_start('standby', true)");
            copy(primary, directory);
            String label = probe.value(
                    old
                            ? "SELECT labelfile FROM pg_stop_backup(false)"
                            : "SELECT labelfile FROM pg_backup_stop(false)");
            write(directory.data().resolve("backup_label"), label, user);
        }
        write(directory.data().resolve(SIGNAL), "", user);
        user.give(directory.path());
    }

    /** Files that vanish meanwhile are as good as absent, so cp's complaint about them is no error. */
    private static void copy(RunningStore primary, StoreDirectory directory) {
        String script = "cp -pR \"$1\" \"$2\" 2>/dev/null; rm -f \"$2/postmaster.pid\" \"$2/postmaster.opts\"";
        Commands.run(List.of(
                "sh",
                "-c",
                script,
                "sh",
                primary.directory().data().toString(),
                directory.data().toString()));
    }

    private static void write(Path file, String text, RunAs user) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        user.give(file);
    }

    @Override
    public List<String> command(StoreDirectory directory, int port) throws IOException {
        List<String> command = super.command(directory, port);
        // A standby that starts before its primary tries again after so many milliseconds, not after five seconds.
        option(command, "wal_retrieve_retry_interval=100");
        Primary followed = primary;
        if (followed != null) {
            option(command, "primary_conninfo=host=" + HOST + " port=" + followed.replicationPort() + " user=postgres");
        }
        follows = Files.exists(directory.data().resolve(SIGNAL));
        return command;
    }

    /** What is made from nothing follows nobody from now on. */
    void lead() {
        primary = null;
    }

    /** Whether the data of this server are those of a standby that was not promoted. */
    static boolean isStandby(RunningStore server) {
        return Files.exists(server.directory().data().resolve(SIGNAL));
    }

    /** A standby is ready as soon as it answers; one that was promoted, or never was one, when it takes writes. */
    @Override
    public boolean ready(int port) throws IOException {
        String recovering = ask(port, "SELECT pg_is_in_recovery()");
        return follows || recovering.equals("f");
    }
}
