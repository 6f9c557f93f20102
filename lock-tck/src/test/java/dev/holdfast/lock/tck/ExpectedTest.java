package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.Claim;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;

/** Expected results, read from their text and compared in both directions. */
class ExpectedTest {
    private static final String CLAIMS =
            """
            # of a store that was made up
            claim FIFO kept
            claim DIRECT_WAKEUP open: nobody knows
            claim TOKENS_SURVIVE_DATA_LOSS kept  # by the clock
            claim SURVIVES_RESTART broken: all is in memory
            claim FENCED_REGISTER open: nobody asked
            """;

    private static final Expected EXPECTED = Expected.parse(
            CLAIMS
                    + """
                    fault EVICTION overlap: the holder learns of it later
                    fault STORE_EMPTIED either: a race
                    fault STORE_CLOCK impossible: it has none
                    """);

    @Test
    void saysWhatIsExpectedOfClaimsAndFaults() {
        assertEquals(Set.of(Claim.FIFO, Claim.TOKENS_SURVIVE_DATA_LOSS), EXPECTED.kept());
        assertEquals(Expected.Keeping.BROKEN, EXPECTED.of(Claim.SURVIVES_RESTART));
        assertEquals(Expected.Keeping.OPEN, EXPECTED.of(Claim.DIRECT_WAKEUP));
        assertEquals(Optional.of("it has none"), EXPECTED.impossible(Fault.STORE_CLOCK));
        assertEquals(Optional.empty(), EXPECTED.impossible(Fault.EVICTION));
    }

    @Test
    void saysWhyTwoMayHold() {
        assertEquals(Optional.of("the holder learns of it later"), EXPECTED.overlap(Fault.EVICTION));
        assertEquals(Optional.of("a race"), EXPECTED.overlap(Fault.STORE_EMPTIED));
        assertEquals(Optional.empty(), EXPECTED.overlap(Fault.STORE_CLOCK));
        assertEquals(Optional.empty(), EXPECTED.overlap(Fault.HOLDER_KILLED));
    }

    /** Memory claims nothing of restarts, and its leases hang on no connection. */
    @Test
    void withoutDataItFollowsFromTheClaims() {
        Expected derived = Expected.of(new MemoryHarness());
        assertEquals(new MemoryHarness().claims(), derived.kept());
        assertEquals(Expected.Keeping.OPEN, derived.of(Claim.SURVIVES_RESTART));
        assertTrue(derived.overlap(Fault.STORE_RESTARTED).isPresent());
        assertTrue(derived.overlap(Fault.SESSION_ENDED).isPresent());
        assertEquals(Optional.empty(), derived.overlap(Fault.CONNECTION_RESET));
        assertEquals(Optional.empty(), derived.overlap(Fault.HOLDER_STOPPED));
        derived.checkOverlap(Fault.STORE_EMPTIED, true);
        assertThrows(AssertionFailedError.class, () -> derived.checkOverlap(Fault.BLACK_HOLE, true));
    }

    @Test
    void lessThanExpectedFails() {
        EXPECTED.checkOverlap(Fault.SESSION_ENDED, false);
        EXPECTED.checkOverlap(Fault.STORE_EMPTIED, true);
        EXPECTED.checkOverlap(Fault.STORE_EMPTIED, false);
        AssertionFailedError broken =
                assertThrows(AssertionFailedError.class, () -> EXPECTED.checkOverlap(Fault.SESSION_ENDED, true));
        assertTrue(String.valueOf(broken.getMessage()).contains("held twice"), broken::toString);
    }

    @Test
    void moreThanExpectedFailsToo() {
        EXPECTED.checkOverlap(Fault.EVICTION, true);
        AssertionFailedError better =
                assertThrows(AssertionFailedError.class, () -> EXPECTED.checkOverlap(Fault.EVICTION, false));
        assertTrue(String.valueOf(better.getMessage()).contains("better than its expected results"), better::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claim FIFO kept",
                "fault EVICTION overlap",
                "fault EVICTION exclusive: for no reason",
                "fault NONSENSE exclusive",
                "fault EVICTION kept",
                "expects the best"
            })
    void aWrongLineIsRefused(String line) {
        assertThrows(IllegalArgumentException.class, () -> Expected.parse(CLAIMS + line + "\n"));
    }

    @Test
    void aClaimMustNotBeMissing() {
        IllegalArgumentException missing =
                assertThrows(IllegalArgumentException.class, () -> Expected.parse("claim FIFO kept\n"));
        assertTrue(String.valueOf(missing.getMessage()).contains("SURVIVES_RESTART"), missing::toString);
    }
}
