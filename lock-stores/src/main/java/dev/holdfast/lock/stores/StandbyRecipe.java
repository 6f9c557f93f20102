package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A read-only standby that streams from a running primary. The base backup uses the server's own functions and
 * {@code cp}, because the embedded binaries have no pg_basebackup.
 */
final class StandbyRecipe extends PostgresRecipe {
    private static final String SIGNAL = "standby.signal";

    private final RunningStore primary;
    private final int replicationPort;
    private volatile boolean follows = true;

    StandbyRecipe(Path program, Cache cache, RunningStore primary) {
        this(program, cache, primary, primary.port(), List.of());
    }

    /** A standby that streams through this port instead of the primary's own. */
    StandbyRecipe(Path program, Cache cache, RunningStore primary, int replicationPort, List<String> extraArgs) {
        super(program, cache, extraArgs);
        this.primary = primary;
        this.replicationPort = replicationPort;
    }

    @Override
    public void prepare(StoreDirectory directory) throws IOException {
        RunAs user = RunAs.here();
        try (PostgresProbe probe = new PostgresProbe(HOST, primary.port(), "postgres", PATIENCE)) {
            boolean old = Integer.parseInt(probe.value("SHOW server_version_num")) < 150_000;
            probe.query(
                    old ? "SELECT pg_start_backup('standby', true, false)" : "SELECT pg_backup_start('standby', true)");
            copy(directory);
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
    private void copy(StoreDirectory directory) {
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
        option(command, "primary_conninfo=host=" + HOST + " port=" + replicationPort + " user=postgres");
        follows = Files.exists(directory.data().resolve(SIGNAL));
        return command;
    }

    /** Ready when it refuses writes because it follows its primary, or, once it was promoted, when it takes them. */
    @Override
    public boolean ready(int port) throws IOException {
        return (follows ? "t" : "f").equals(ask(port, "SELECT pg_is_in_recovery()"));
    }
}
