package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfast run} against a server, several processes. */
@Timeout(120)
class RunIT {
    private static RunningStore redis;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startRedis() {
        redis = new StoreLauncher().start(StoreKind.REDIS);
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Test
    void lockIsFreeAtOnceAfterTerm() throws Exception {
        Process holdfast = held("term", "60s");

        holdfast.destroy();

        assertEquals(143, holdfast.waitFor());
        try (LockClient client = Locks.open(redis.url());
                Lease lease = client.named("term").acquire(Duration.ofSeconds(10))) {
            assertTrue(lease.isHeld());
        }
    }

    @Test
    void lockIsFreeAfterTheLeaseTimeWhenHoldfastIsKilled() throws Exception {
        Process holdfast = held("kill", "1s");
        long token = Long.parseLong(Files.readString(directory.resolve("token")).strip());

        holdfast.destroyForcibly();

        holdfast.waitFor();
        try (LockClient client = Locks.open(redis.url());
                Lease lease = client.named("kill").acquire(Duration.ofSeconds(10))) {
            assertTrue(lease.fencingToken() > token);
        }
        orphan().destroyForcibly();
    }

    @Test
    void commandIsStoppedWhenTheStoreIsPausedForTooLong() throws Exception {
        try (RunningStore own = new StoreLauncher().start(StoreKind.REDIS)) {
            Process holdfast = held(own.url(), "pause", "1s");
            ProcessHandle command = orphan();

            own.pause();

            assertTrue(holdfast.waitFor(30, TimeUnit.SECONDS), "still holds");
            assertAll(
                    () -> assertEquals(76, holdfast.exitValue()), () -> assertTrue(Cli.soon(() -> !command.isAlive())));
        }
    }

    @Test
    void secondRunIsTurnedAwayWhileTheFirstHolds() throws Exception {
        Process first = held("busy", "15s");

        Cli.Outcome second = Cli.call("run", redis.url(), "busy", "--wait", "200ms", "--", "true");

        assertAll(
                () -> assertEquals(75, second.status(), second.err()),
                () -> assertTrue(second.err().contains("busy"), second.err()));
        first.destroy();
        first.waitFor();
    }

    private Process held(String name, String leaseTime) throws Exception {
        return held(redis.url(), name, leaseTime);
    }

    /** A run whose command has begun, which tells its process id and token. */
    private Process held(String url, String name, String leaseTime) throws Exception {
        String script = "echo $LOCK_FENCING_TOKEN >token; echo $$ >new; mv new pid; while :; do sleep 0.1; done";
        Process holdfast = Cli.start(
                "run", url, name, "--lease-time", leaseTime, "--", "sh", "-c", "cd " + directory + "; " + script);
        assertTrue(Cli.soon(() -> Files.exists(directory.resolve("pid"))), "the command did not start");
        return holdfast;
    }

    private ProcessHandle orphan() throws Exception {
        return ProcessHandle.of(Long.parseLong(
                        Files.readString(directory.resolve("pid")).strip()))
                .orElseThrow();
    }
}
