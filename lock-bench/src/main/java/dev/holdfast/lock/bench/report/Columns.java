package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Metric;
import dev.holdfast.lock.bench.run.Scenario;
import java.util.List;

/** Which figures a table shows; JSON has all of them. */
final class Columns {
    private Columns() {}

    static List<Metric> of(Scenario.Kind kind) {
        return switch (kind) {
            case UNCONTENDED ->
                List.of(
                        Metric.PAIR_P50_US,
                        Metric.PAIR_P99_US,
                        Metric.ACQUIRE_P50_US,
                        Metric.RELEASE_P50_US,
                        Metric.PAIRS_PER_SECOND,
                        Metric.REQUESTS,
                        Metric.FLUSHES);
            case CONTENDED ->
                List.of(
                        Metric.HANDOVERS_PER_SECOND,
                        Metric.GRANTS_PER_SECOND,
                        Metric.HANDOVER_P50_US,
                        Metric.HANDOVER_P99_US,
                        Metric.WAIT_P999_MS,
                        Metric.WAIT_MAX_MS,
                        Metric.WAIT_P999_IN_ROUNDS,
                        Metric.IN_ORDER_SHARE,
                        Metric.REQUESTS,
                        Metric.PUSHES,
                        Metric.FLUSHES);
            case HOLDING ->
                List.of(
                        Metric.REQUESTS_PER_INTERVAL,
                        Metric.CALLS_PER_INTERVAL,
                        Metric.HEAP_BYTES_PER_LEASE,
                        Metric.THREADS,
                        Metric.THREADS_MORE,
                        Metric.CONNECTIONS,
                        Metric.CONNECTIONS_MORE,
                        Metric.CPU_MS_PER_SECOND,
                        Metric.SECONDS_TO_TAKE);
        };
    }

    /** The one figure by which contenders are compared. */
    static Metric key(Scenario.Kind kind) {
        return switch (kind) {
            case UNCONTENDED -> Metric.PAIR_P50_US;
            case CONTENDED -> Metric.HANDOVERS_PER_SECOND;
            case HOLDING -> Metric.REQUESTS_PER_INTERVAL;
        };
    }
}
