package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of the command and of the lock; real processes, on memory. */
@Timeout(60)
class RunCommandTest {
    private final String store = "cli-" + UUID.randomUUID();
    private final String url = "memory:" + store;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 7, 7", "kill -9 $$, 137", "kill -TERM $$, 143"})
    void statusIsThatOfTheCommand(String script, int status) {
        assertEquals(
                status, Cli.call("run", url, "job", "--", "sh", "-c", script).status());
    }

    @Test
    void commandSeesNameAndToken() throws Exception {
        long before;
        try (LockClient client = MemoryStore.named(store).client();
                Lease lease = client.named("a b").acquire()) {
            before = lease.fencingToken();
        }
        Path seen = directory.resolve("seen");

        Cli.call(
                "run",
                url,
                "a b",
                "--",
                "sh",
                "-c",
                "echo \"$LOCK_NAME\" >" + seen + "; echo $LOCK_FENCING_TOKEN >>" + seen);

        List<String> lines = Files.readAllLines(seen);
        assertAll(
                () -> assertEquals("a b", lines.get(0)),
                () -> assertTrue(Long.parseLong(lines.get(1)) > before, lines.toString()));
    }

    @Test
    void lockIsFreeAfterwards() throws Exception {
        Cli.call("run", url, "job", "--", "true");

        try (LockClient client = MemoryStore.named(store).client()) {
            assertTrue(client.named("job").tryAcquire().isPresent());
        }
    }

    @Test
    void commandDoesNotRunWhenTheLockIsHeld() throws Exception {
        Path trace = directory.resolve("trace");
        try (LockClient client = MemoryStore.named(store).client();
                Lease lease = client.named("job").acquire()) {
            Cli.Outcome outcome = Cli.call("run", url, "job", "--wait", "0s", "--", "touch", trace.toString());

            assertAll(
                    () -> assertEquals(75, outcome.status()),
                    () -> assertTrue(outcome.err().contains("job"), outcome.err()),
                    () -> assertFalse(Files.exists(trace)),
                    () -> assertTrue(lease.isHeld()));
        }
    }

    @Test
    void storeThatDoesNotAnswerIs69() {
        assertEquals(
                69, Cli.call("run", "redis://127.0.0.1:1", "job", "--", "true").status());
    }

    @Test
    void commandThatIsNotThereIs127() {
        assertAll(
                () -> assertEquals(
                        127,
                        Cli.call("run", url, "job", "--", "no-such-command").status()),
                () -> assertEquals(
                        127,
                        Cli.call("run", url, "job", "--", directory + "/none").status()),
                () -> assertEquals(127, Cli.call("run", url, "job", "--", "").status()));
    }

    @Test
    void commandThatCannotBeExecutedIs126() throws IOException {
        Path plain = Files.writeString(directory.resolve("plain"), "");
        Path broken = Files.writeString(directory.resolve("broken"), "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertAll(
                () -> assertEquals(
                        126, Cli.call("run", url, "job", "--", plain.toString()).status()),
                () -> assertEquals(
                        126,
                        Cli.call("run", url, "job", "--", directory.toString()).status()),
                () -> assertEquals(
                        126,
                        Cli.call("run", url, "job", "--", broken.toString()).status()));
    }

    @Test
    void lossStopsTheCommandAndItsDescendants() throws Exception {
        Path pid = directory.resolve("pid");
        CompletableFuture<Cli.Outcome> outcome = CompletableFuture.supplyAsync(() -> Cli.call(
                "run",
                url,
                "job",
                "--grace",
                "200ms",
                "--lease-time",
                "500ms",
                "--",
                "sh",
                "-c",
                "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >" + pid + ".new; mv " + pid + ".new " + pid
                        + "; while :; do sleep 1; done' & wait"));
        assertTrue(Cli.soon(() -> Files.exists(pid)));
        ProcessHandle descendant =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();

        MemoryStore.named(store).expire("job");

        assertEquals(76, outcome.get().status());
        assertTrue(outcome.get().err().contains("lost"), outcome.get().err());
        assertTrue(Cli.soon(() -> !descendant.isAlive()));
    }
}
