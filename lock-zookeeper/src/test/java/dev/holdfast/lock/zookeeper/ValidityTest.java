package dev.holdfast.lock.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ValidityTest {
    private static final long MILLI = 1_000_000;
    private static final long START = Long.MAX_VALUE - 250 * MILLI; // readings wrap during the tests

    private final Validity validity = new Validity(Duration.ofSeconds(10)); // a sample counts after 3 s

    private static OptionalLong at(long millis) {
        return OptionalLong.of(START + millis * MILLI);
    }

    private void answered(long sent, long answered, boolean write) {
        validity.answeredByEnsemble(START + sent * MILLI, START + answered * MILLI, write);
    }

    @Test
    void nothingIsKnownAtFirst() {
        assertEquals(OptionalLong.empty(), validity.validFrom());
        answered(0, 10, true);
        assertEquals(OptionalLong.empty(), validity.validFrom(), "one write proves nothing of itself");
    }

    @Test
    void twoWritesProveWhatWasAnsweredLongBeforeTheFirst() {
        answered(0, 10, false);
        answered(2_000, 2_010, false);
        answered(3_009, 3_020, true);
        answered(3_021, 3_030, true);
        assertEquals(OptionalLong.empty(), validity.validFrom(), "answered less than 3 s before the first");
        answered(3_031, 3_040, true);
        assertEquals(at(0), validity.validFrom());
        answered(5_009, 5_020, true);
        answered(5_021, 5_030, true);
        assertEquals(at(0), validity.validFrom());
        answered(5_031, 5_040, true);
        assertEquals(at(2_000), validity.validFrom());
    }

    /** The finding of the model, docs/model.md: the ping may stall, and be answered only after the write. */
    @Test
    void oneWriteProvesNothingHoweverLate() {
        answered(0, 10, false);
        answered(9_000, 9_010, true);
        assertEquals(OptionalLong.empty(), validity.validFrom());
    }

    @Test
    void writesThatWereUnderWayTogetherProveNothingOfEachOther() {
        answered(0, 10, false);
        answered(4_000, 4_020, true);
        answered(4_010, 4_030, true);
        assertEquals(OptionalLong.empty(), validity.validFrom());
        answered(4_020, 4_040, true);
        assertEquals(at(0), validity.validFrom());
    }

    @Test
    void aReadProvesNothing() {
        answered(0, 10, true);
        answered(9_000, 9_010, true);
        answered(9_011, 9_020, false);
        assertEquals(OptionalLong.empty(), validity.validFrom());
    }

    @Test
    void aRequestCountsFromItsAnswerNotFromItsSending() {
        answered(0, 2_500, false);
        answered(4_000, 4_010, true);
        assertEquals(
                OptionalLong.empty(), validity.validFrom(), "it may have reached the server just before its answer");
        answered(4_011, 4_020, true);
        assertEquals(OptionalLong.empty(), validity.validFrom());
        answered(5_500, 5_510, true);
        answered(5_511, 5_520, true);
        assertEquals(at(0), validity.validFrom());
    }

    @Test
    void aNewConnectionStartsObservingAnewButForgetsNoProof() {
        validity.connected(START);
        answered(1_000, 1_010, false);
        answered(4_500, 4_510, true);
        validity.newConnection();
        answered(5_000, 5_010, true);
        assertEquals(at(0), validity.validFrom());
        answered(8_010, 8_020, true);
        assertEquals(at(0), validity.validFrom());
        answered(8_021, 8_030, true);
        assertEquals(at(5_000), validity.validFrom());
    }

    @Test
    void aConnectAndASingleServerCountAtOnceAndNeverBackwards() {
        validity.connected(at(100).getAsLong());
        validity.answeredBySingleServer(at(300).getAsLong());
        validity.answeredBySingleServer(at(200).getAsLong());
        assertEquals(at(300), validity.validFrom());
    }

    @Test
    void manyRequestsKeepTheOldSamplesThatAreNeeded() {
        for (int i = 0; i < 10_000; i++) {
            answered(i, i + 1, true);
        }
        long age = at(9_999).getAsLong() - validity.validFrom().orElseThrow();
        assertEquals(true, age >= 3_000 * MILLI && age <= 3_500 * MILLI, age / MILLI + " ms");
    }
}
