package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.faults.FaultResult;
import dev.holdfast.lock.tck.faults.FaultResult.Verdict;
import dev.holdfast.lock.tck.faults.FaultRun;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some faults on a real store with real processes: kept, broken as documented, and found out when it is broken. */
@Tag("A3")
class FaultRunIT {
    private static final String RELEASE = "dev/holdfast/lock/redis/release.lua";

    @TempDir
    Path directory;

    private static FaultResult run(RunningStore store, Duration atLeast, Set<Fault> faults) throws Exception {
        try (StoreHarness harness = StoreHarness.of(store)) {
            return FaultRun.on(harness, FaultRun.Plan.of(7, atLeast, faults), step -> {});
        }
    }

    /** The findings with their events, and where the history is; only then the rest. */
    private static String problems(FaultResult result) {
        return String.join("\n\n", result.problems()) + "\n\n" + result.verdicts() + "\n" + result.measures();
    }

    private static Verdict of(FaultResult result, Fault wanted) {
        return result.faults().stream()
                .filter(fault -> fault.fault().equals(wanted.toString()))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    @Test
    void redisKeepsWhatItOwesAndLosesOnlyWhatItsPageSays() throws Exception {
        Set<Fault> faults = EnumSet.of(
                Fault.HOLDER_KILLED,
                Fault.HOLDER_STOPPED,
                Fault.BLACK_HOLE,
                Fault.ACQUIRE_REPLY_LOST,
                Fault.STORE_RESTARTED);
        try (RunningStore store = StoreRack.another(StoreKind.REDIS)) {
            FaultResult result = run(store, Duration.ZERO, faults);
            assertTrue(result.clean(), () -> problems(result));
            assertEquals(Verdict.KEPT, of(result, Fault.HOLDER_STOPPED));
            assertEquals(Verdict.EXCEPT_EXCLUSION, of(result, Fault.STORE_RESTARTED));
            assertEquals(Verdict.IMPOSSIBLE, of(result, Fault.CONNECTION_RESET), "it was not asked for");
            assertTrue(result.measures().staleRejected() > 0, result.measures().toString());
            assertEquals(0, result.measures().acceptedLost());
            assertNotEquals(0, result.measures().longestRecoveryMillis());
        }
    }

    /** The clock moves on a store of its own; connections and data go by means of the store. */
    @Test
    void redisUnderTheFaultsOfItsOwn() throws Exception {
        Set<Fault> faults = EnumSet.of(Fault.STORE_CLOCK, Fault.EVICTION, Fault.CONNECTIONS_ENDED, Fault.LATE_PUSH);
        try (RunningStore store = StoreRack.another(StoreKind.REDIS)) {
            FaultResult result = run(store, Duration.ZERO, faults);
            assertTrue(result.clean(), () -> problems(result));
            assertEquals(Verdict.EXCEPT_EXCLUSION, of(result, Fault.EVICTION));
            assertEquals(Verdict.KEPT, of(result, Fault.CONNECTIONS_ENDED));
            assertEquals(Verdict.KEPT, of(result, Fault.LATE_PUSH));
            Verdict clock = MovableClock.missing().isEmpty() ? Verdict.EXCEPT_EXCLUSION : Verdict.IMPOSSIBLE;
            assertEquals(clock, of(result, Fault.STORE_CLOCK));
        }
    }

    /** The processes of the run have a release that frees the lock whoever holds it. */
    @Test
    void releaseWithoutCompareIsFoundOut() throws Exception {
        Path planted = directory.resolve(RELEASE);
        Files.createDirectories(planted.getParent());
        Files.writeString(planted, withoutCompare());
        String classPath = System.getProperty("java.class.path");
        System.setProperty("java.class.path", directory + File.pathSeparator + classPath);
        try (RunningStore store = StoreRack.another(StoreKind.REDIS)) {
            FaultResult result = run(store, Duration.ofSeconds(30), EnumSet.of(Fault.HOLDER_STOPPED));
            assertEquals(Verdict.BROKEN, of(result, Fault.HOLDER_STOPPED), () -> problems(result));
            assertTrue(
                    result.findings().stream()
                            .anyMatch(finding -> finding.rule().equals("S1") && !finding.predicted()),
                    () -> problems(result));
            assertTrue(
                    Files.exists(Path.of(String.valueOf(result.history()))), "a run with findings keeps its history");
            assertEquals(0, result.measures().acceptedLost(), "the fence holds where the lock does not");
        } finally {
            System.setProperty("java.class.path", classPath);
        }
    }

    private static String withoutCompare() throws Exception {
        String compare =
                """
                  if held == token then
                    unhold(key, id)
                  end
                """;
        String none =
                """
                  local owner = redis.call('HGET', key, 'o')
                  if owner then
                    unhold(key, owner)
                    held, expiry = token, now + 1
                  end
                """;
        try (InputStream script = FaultRunIT.class.getClassLoader().getResourceAsStream(RELEASE)) {
            String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.contains(compare), text);
            return text.replace(compare, none);
        }
    }
}
