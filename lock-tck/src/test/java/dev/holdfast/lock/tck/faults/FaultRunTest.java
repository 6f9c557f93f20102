package dev.holdfast.lock.tck.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.MemoryHarness;
import dev.holdfast.lock.tck.faults.FaultResult.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A fault run on memory keeps its rules, and one on a store that does not exclude is found out. */
class FaultRunTest {
    private static final FaultRun.Plan PLAN = FaultRun.Plan.ofAll(7, Duration.ZERO);

    private static Verdict of(FaultResult result, String rule) {
        return result.rules().stream()
                .filter(verdict -> verdict.rule().equals(rule))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    @Test
    void memoryKeepsWhatItOwes() throws Exception {
        FaultResult result = FaultRun.on(new MemoryHarness(), PLAN, step -> {});
        assertTrue(result.clean(), result.problems()::toString);
        assertEquals(List.of(), result.problems());
        assertEquals(7, result.seed());
        assertEquals(Verdict.KEPT, of(result, "S2"));
        assertEquals(Verdict.EXCEPT_EXCLUSION, of(result, "S1"));
        assertEquals(0, result.measures().acceptedLost());
        assertTrue(result.measures().grants() > 20, result.measures().toString());
        assertEquals(
                List.of(Verdict.EXCEPT_EXCLUSION),
                result.faults().stream()
                        .filter(fault -> fault.times() > 0)
                        .map(FaultResult.FaultVerdict::verdict)
                        .toList());
        assertEquals(
                result.verdicts(),
                FaultRun.on(new MemoryHarness(), PLAN, step -> {}).verdicts());
    }

    /** Every second client speaks to another store, as after a fail-over that half of the clients missed. */
    @Test
    void twoStoresForOneLockAreFoundOutAndFencedAllTheSame() throws Exception {
        FaultResult result = FaultRun.on(new TwoStores(), PLAN, step -> {});
        assertFalse(result.clean(), result.verdicts()::toString);
        assertEquals(Verdict.BROKEN, of(result, "S1"));
        Path history = Path.of(String.valueOf(result.history()));
        assertTrue(Files.size(history) > 0, "the history of a run that is not clean is kept");
        assertTrue(result.problems().toString().contains(history.toString()), result.problems()::toString);
        RunDirectory.delete(history.getParent());
        assertEquals(Verdict.KEPT, of(result, "S3"), "the fence must hold where exclusion does not");
        assertEquals(0, result.measures().acceptedLost());
        assertTrue(result.measures().lostWithoutFence() > 0, "without a fence updates are lost");
        assertTrue(
                result.findings().get(0).picture().startsWith("<svg "),
                result.findings().get(0).picture());
        assertTrue(
                result.findings().get(0).text().contains(" still held it"),
                result.findings().get(0).text());
    }

    private static final class TwoStores implements LockHarness {
        private final List<MemoryHarness> stores = List.of(new MemoryHarness(), new MemoryHarness());
        private final AtomicInteger opened = new AtomicInteger();

        @Override
        public String store() {
            return "two-stores";
        }

        @Override
        public String url() {
            return stores.get(0).url();
        }

        @Override
        public Set<Claim> claims() {
            return stores.get(0).claims();
        }

        @Override
        public Duration shortestLease() {
            return stores.get(0).shortestLease();
        }

        @Override
        public boolean processes() {
            return false;
        }

        @Override
        public LockClient open(ClientOptions options) {
            return stores.get(opened.getAndIncrement() % 2).open(options);
        }
    }
}
