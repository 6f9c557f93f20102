package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Metric;
import dev.holdfast.lock.bench.run.Role;
import dev.holdfast.lock.bench.run.Scenario;
import java.util.List;
import java.util.Map;

/** Reports made up for tests. */
final class Reports {
    static final String STORE = "redis";
    static final String SCENARIO = "uncontended-1-same";

    private static final double LEAST_RATE = 10;

    private Reports() {}

    /** One store, one scenario: floor and peer at 100 µs, Holdfast at these. */
    static BenchReport withHoldfastAt(Double... micros) {
        Map<Metric, List<Double>> others =
                Map.of(Metric.PAIR_P50_US, List.of(100.0, 100.0, 100.0, 100.0, 100.0, 100.0));
        Map<Metric, List<Double>> own = Map.of(Metric.PAIR_P50_US, List.of(micros), Metric.REQUESTS, List.of(micros));
        ScenarioTable table = new ScenarioTable(
                SCENARIO,
                "one thread <again>",
                Scenario.Kind.UNCONTENDED,
                LEAST_RATE,
                List.of(
                        Row.of("floor", Role.FLOOR, others, others, own, LEAST_RATE),
                        Row.of("Holdfast", Role.HOLDFAST, own, others, own, LEAST_RATE),
                        Row.of("peer", Role.PEER, others, others, own, LEAST_RATE)),
                Map.of("other peer", "java.io.IOException: away"),
                List.of());
        StoreTable store = new StoreTable(STORE, "7.0.15", List.of("--flush", "yes"), "", List.of(table));
        return new BenchReport(List.of("2 processors"), 6, 0.1, 12.3, List.of(store), List.of());
    }
}
