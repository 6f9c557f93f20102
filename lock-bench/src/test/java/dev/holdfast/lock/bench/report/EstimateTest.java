package dev.holdfast.lock.bench.report;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {
    /** 1, 2, ... n in some order: a value is its own rank. */
    private static List<Double> ranks(int n) {
        List<Double> ranks =
                IntStream.rangeClosed(1, n).mapToObj(i -> (double) i).collect(Collectors.toList());
        Collections.shuffle(ranks, new Random(n));
        return ranks;
    }

    /** The ranks are those of the usual tables for the sign test. */
    @ParameterizedTest
    @CsvSource({"6, 1, 6", "8, 1, 8", "9, 2, 8", "10, 2, 9", "12, 3, 10", "15, 4, 12", "20, 6, 15", "50, 18, 33"})
    void intervalIsMadeOfRanks(int n, double low, double high) {
        Estimate estimate = Estimate.of(ranks(n));

        assertEquals(new Estimate((n + 1) / 2.0, low, high, n), estimate);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 1, 2", "5, 1, 5"})
    void tooFewValuesGiveTheWholeRange(int n, double low, double high) {
        Estimate estimate = Estimate.of(ranks(n));

        assertAll(() -> assertEquals(low, estimate.low()), () -> assertEquals(high, estimate.high()));
    }

    @Test
    void noValueIsNoEstimate() {
        assertThrows(IllegalArgumentException.class, () -> Estimate.of(List.of()));
    }

    /** What the interval promises, tried on a skewed distribution whose median is ln 2. */
    @Test
    void intervalHoldsTheMedianOftenEnough() {
        Random random = new Random(7);
        int held = 0;
        int runs = 4_000;
        for (int run = 0; run < runs; run++) {
            Estimate estimate = Estimate.of(IntStream.range(0, 9)
                    .mapToObj(i -> -Math.log(1 - random.nextDouble()))
                    .toList());
            if (estimate.low() <= Math.log(2) && Math.log(2) <= estimate.high()) {
                held++;
            }
        }
        assertTrue(held >= 0.95 * runs, held + " of " + runs);
    }

    /** A machine that becomes ten times slower half way must not show in the ratio. */
    @Test
    void ratiosAreTakenRoundByRound() {
        List<Double> floor = List.of(1.0, 1.1, 0.9, 10.0, 11.0, 9.0);
        List<Double> other = floor.stream().map(value -> value * 2).toList();

        assertEquals(new Estimate(2, 2, 2, 6), Estimate.ofRatios(other, floor));
    }
}
