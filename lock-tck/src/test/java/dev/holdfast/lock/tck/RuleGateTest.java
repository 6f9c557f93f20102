package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.Claim;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A claim that is expected to be broken is tried, and found kept; a fault that is impossible is not tried. */
class RuleGateTest {
    private static final MemoryHarness MEMORY = new MemoryHarness();

    /** Memory, of which less is expected than it keeps. */
    static final class Underrated implements LockTck {
        @Override
        public LockHarness harness() {
            return new LockHarness() {
                @Override
                public String store() {
                    return "underrated";
                }

                @Override
                public String url() {
                    return MEMORY.url();
                }

                @Override
                public LockClient open(ClientOptions options) {
                    return MEMORY.open(options);
                }

                @Override
                public Set<Claim> claims() {
                    return EnumSet.of(Claim.DIRECT_WAKEUP);
                }

                @Override
                public Duration shortestLease() {
                    return MEMORY.shortestLease();
                }

                @Override
                public boolean processes() {
                    return false;
                }

                @Override
                public Optional<Expected> expected() {
                    return Optional.of(
                            Expected.parse(
                                    """
                                    claim FIFO broken: nobody ever looked
                                    claim DIRECT_WAKEUP kept
                                    claim TOKENS_SURVIVE_DATA_LOSS open: memory has no data to lose
                                    claim SURVIVES_RESTART open: memory does not restart
                                    claim FENCED_REGISTER open: nobody asked
                                    """));
                }
            };
        }
    }

    private static TestExecutionResult run(String test) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(Underrated.class, test))
                .execute()
                .testEvents()
                .finished()
                .list()
                .get(0)
                .getRequiredPayload(TestExecutionResult.class);
    }

    @Test
    void aClaimThatIsKeptAlthoughItIsCalledBrokenFails() {
        TestExecutionResult result = run("l5_waitersAreGrantedInTheOrderOfTheStore");
        assertEquals(TestExecutionResult.Status.FAILED, result.getStatus());
        String message = String.valueOf(result.getThrowable().orElseThrow().getMessage());
        assertTrue(message.contains("FIFO is kept, although"), message);
    }

    @Test
    void aClaimThatIsOpenIsNotTried() {
        TestExecutionResult result = run("x3_grantSurvivesACrashOfTheStore");
        assertEquals(TestExecutionResult.Status.ABORTED, result.getStatus());
        assertInstanceOf(NotClaimed.class, result.getThrowable().orElseThrow());
    }

    @Test
    void aFaultThatIsImpossibleIsNotTriedAndTheReasonIsTold() {
        TestExecutionResult result = run("s10_deadAndHungWaitersAheadHoldNobodyUp");
        assertEquals(TestExecutionResult.Status.ABORTED, result.getStatus());
        assertEquals(
                "other processes cannot reach this store",
                result.getThrowable().orElseThrow().getMessage());
    }
}
