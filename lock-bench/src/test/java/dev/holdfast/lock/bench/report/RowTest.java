package dev.holdfast.lock.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.lock.bench.run.Metric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final double LEAST_RATE = 2;

    @Test
    void rateOfNoneIsTakenAsOnePerTurn() {
        Map<Metric, List<Double>> own = Map.of(Metric.HANDOVERS_PER_SECOND, List.of(100.0, 100.0, 100.0));
        Map<Metric, List<Double>> other = Map.of(Metric.HANDOVERS_PER_SECOND, List.of(0.0, 10.0, 20.0));

        assertEquals(
                Map.of(Metric.HANDOVERS_PER_SECOND, new Estimate(10, 5, 50, 3)), Row.ratios(own, other, LEAST_RATE));
    }

    @Test
    void otherRatiosToZeroAreNone() {
        Map<Metric, List<Double>> own = Map.of(Metric.PUSHES, List.of(1.0, 1.0, 1.0));
        Map<Metric, List<Double>> other = Map.of(Metric.PUSHES, List.of(0.0, 1.0, 1.0));

        assertEquals(Map.of(), Row.ratios(own, other, LEAST_RATE));
    }

    @Test
    void ratiosNeedTheSameRounds() {
        Map<Metric, List<Double>> own = Map.of(Metric.REQUESTS, List.of(1.0, 1.0));

        assertEquals(Map.of(), Row.ratios(own, Map.of(Metric.REQUESTS, List.of(1.0)), LEAST_RATE));
    }
}
