package dev.holdfast.lock.bench.run;

import dev.holdfast.lock.bench.run.Meter.Reading;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/** The figures of one turn; a figure that could not be taken is absent. */
public final class Sample {
    private static final double NANOS_PER_MICRO = 1_000;

    private final Map<Metric, Double> figures = new EnumMap<>(Metric.class);

    /** The figures, those only that were taken. */
    public Map<Metric, Double> figures() {
        return figures;
    }

    void put(Metric metric, double value) {
        if (Double.isFinite(value)) {
            figures.put(metric, value);
        }
    }

    void count(Metric metric, long value) {
        put(metric, (double) value);
    }

    void micros(Metric metric, Histogram nanos, double percentile) {
        if (nanos.getTotalCount() > 0) {
            put(metric, nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
        }
    }

    /** Requests and flushes for each of so many pairs or grants. */
    void traffic(Reading before, Reading after, long units) {
        per(Metric.REQUESTS, before.requests(), after.requests(), units);
        per(Metric.FLUSHES, before.flushes(), after.flushes(), units);
    }

    /** What the store sent beside its replies. */
    void pushes(Reading before, Reading after, long units) {
        if (before.sent().isPresent() && before.requests().isPresent()) {
            long sent = after.sent().orElseThrow() - before.sent().getAsLong();
            long requests = after.requests().orElseThrow() - before.requests().getAsLong();
            put(Metric.PUSHES, Math.max(0, sent - requests) / (double) units);
        }
    }

    private void per(Metric metric, OptionalLong before, OptionalLong after, long units) {
        if (before.isPresent() && after.isPresent() && units > 0) {
            put(metric, (after.getAsLong() - before.getAsLong()) / (double) units);
        }
    }
}
