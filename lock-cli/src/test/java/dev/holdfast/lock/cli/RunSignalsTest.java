package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals to {@code holdfast run} itself. */
@Timeout(120)
class RunSignalsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void signalReachesTheCommand(String signal, int status) throws Exception {
        Path trace = directory.resolve("trace");
        Process holdfast =
                started("trap 'echo stopped >" + trace + "; exit 0' TERM; %s; while :; do sleep 0.1; done", "5s");
        ProcessHandle command = command();

        send(signal, holdfast);

        assertEquals(status, holdfast.waitFor());
        assertTrue(Cli.soon(() -> !command.isAlive()));
        assertEquals("stopped\n", Files.readString(trace));
    }

    @Test
    void commandThatIgnoresTermIsKilledAfterTheGrace() throws Exception {
        Process holdfast = started("trap '' TERM; %s; while :; do sleep 0.1; done", "200ms");
        ProcessHandle command = command();

        send("TERM", holdfast);

        assertEquals(143, holdfast.waitFor());
        assertTrue(Cli.soon(() -> !command.isAlive()));
    }

    @Test
    void descendantsAreStoppedToo() throws Exception {
        Process holdfast = started("sh -c '%s; while :; do sleep 0.1; done' & wait", "5s");
        ProcessHandle descendant = command();

        send("TERM", holdfast);

        assertEquals(143, holdfast.waitFor());
        assertTrue(Cli.soon(() -> !descendant.isAlive()));
    }

    /** The script tells its process id where {@code %s} stands. */
    private Process started(String script, String grace) throws IOException {
        String tell = "echo $$ >" + directory + "/new; mv " + directory + "/new " + directory + "/pid";
        return Cli.start("run", "memory:", "job", "--grace", grace, "--", "sh", "-c", script.replace("%s", tell));
    }

    private ProcessHandle command() throws Exception {
        Path pid = directory.resolve("pid");
        assertTrue(Cli.soon(() -> Files.exists(pid)), "the command did not start");
        return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
    }

    private static void send(String signal, Process process) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }
}
