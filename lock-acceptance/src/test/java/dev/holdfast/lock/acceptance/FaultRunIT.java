package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.faults.FaultKind;
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

    private static FaultResult run(RunningStore store, Duration atLeast, Set<FaultKind> kinds) throws Exception {
        try (StoreHarness harness = StoreHarness.of(store)) {
            return FaultRun.on(harness, new FaultRun.Plan(7, atLeast, kinds), step -> {});
        }
    }

    private static Verdict of(FaultResult result, FaultKind kind) {
        return result.faults().stream()
                .filter(fault -> fault.fault().equals(kind.name()))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    @Test
    void redisKeepsWhatItOwesAndLosesOnlyWhatItsPageSays() throws Exception {
        Set<FaultKind> kinds = EnumSet.of(
                FaultKind.HOLDER_KILLED,
                FaultKind.HOLDER_STOPPED,
                FaultKind.LINK_SILENT,
                FaultKind.ACQUIRE_REPLY_LOST,
                FaultKind.STORE_RESTARTED);
        try (RunningStore store = StoreRack.another(StoreKind.REDIS)) {
            FaultResult result = run(store, Duration.ZERO, kinds);
            assertTrue(result.clean(), result.toString());
            assertEquals(Verdict.KEPT, of(result, FaultKind.HOLDER_STOPPED));
            assertEquals(Verdict.EXCEPT_EXCLUSION, of(result, FaultKind.STORE_RESTARTED));
            assertEquals(Verdict.IMPOSSIBLE, of(result, FaultKind.LINK_CUT), "it was not asked for");
            assertTrue(result.measures().staleRejected() > 0, result.measures().toString());
            assertEquals(0, result.measures().acceptedLost());
            assertNotEquals(0, result.measures().longestRecoveryMillis());
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
            FaultResult result = run(store, Duration.ofSeconds(30), EnumSet.of(FaultKind.HOLDER_STOPPED));
            assertEquals(Verdict.BROKEN, of(result, FaultKind.HOLDER_STOPPED), result.toString());
            assertTrue(
                    result.findings().stream()
                            .anyMatch(finding -> finding.rule().equals("S1") && !finding.predicted()),
                    result.toString());
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
