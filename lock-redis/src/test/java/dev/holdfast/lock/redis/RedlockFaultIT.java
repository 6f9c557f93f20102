package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.lock.stores.harness.RedlockNemesis;
import dev.holdfast.lock.tck.faults.NemesisResult;
import dev.holdfast.lock.tck.faults.NemesisRun;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Two JVMs contend for one lock of five servers while a minority of these suffers: no two hold at once, no token is
 * below an earlier one, no update is lost, and each nemesis sees a thousand grants. The short form of what
 * {@code holdfast compare --faults --topologies} does.
 */
class RedlockFaultIT {
    private static final Duration ROUND = Duration.ofSeconds(8);

    @TestFactory
    Stream<DynamicTest> aMinorityMaySufferAgainAndAgain() {
        return RedlockNemesis.all().stream()
                .map(nemesis -> DynamicTest.dynamicTest(nemesis.title(), () -> {
                    NemesisResult result = NemesisRun.on(nemesis, System.nanoTime(), ROUND);
                    System.out.println("RedlockFaultIT: " + result);
                    assertNull(result.impossible());
                    assertEquals(List.of(), result.problems(), "seed " + result.seed());
                }));
    }
}
