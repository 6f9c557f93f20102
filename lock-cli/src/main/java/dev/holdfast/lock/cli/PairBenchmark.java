package dev.holdfast.lock.cli;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.cli.ReportModel.Figures;
import dev.holdfast.lock.tck.LockHarness;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Acquires and releases a free lock, again and again, from one thread. */
final class PairBenchmark {
    private static final int WARM_UP_PAIRS = 2_000;
    private static final int MEASURED_PAIRS = 3_000;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);
    private static final double NANOS_PER_MICRO = 1_000;

    private final Histogram acquires = new Histogram(3);
    private final Histogram releases = new Histogram(3);

    private PairBenchmark() {}

    static Figures of(LockHarness harness) throws InterruptedException {
        try (LockClient client =
                harness.open(ClientOptions.builder().leaseTime(KitMain.LEASE).build())) {
            DistributedLock lock = client.named("figures");
            new PairBenchmark().pairs(lock, WARM_UP_PAIRS);
            PairBenchmark measured = new PairBenchmark();
            OptionalLong before = harness.requests();
            int pairs = measured.pairs(lock, MEASURED_PAIRS);
            OptionalLong after = harness.requests();
            Double requests = before.isPresent() && after.isPresent()
                    ? Double.valueOf(rounded((after.getAsLong() - before.getAsLong()) / (double) pairs, 100))
                    : null;
            return new Figures(
                    requests,
                    micros(measured.acquires, 50),
                    micros(measured.acquires, 99),
                    micros(measured.releases, 50),
                    micros(measured.releases, 99));
        }
    }

    /** This many pairs, or as many as fit into the time limit. */
    private int pairs(DistributedLock lock, int most) throws InterruptedException {
        long begin = System.nanoTime();
        int pairs = 0;
        while (pairs < most && System.nanoTime() - begin < LIMIT_NANOS) {
            long start = System.nanoTime();
            Lease lease = lock.acquire(MAX_WAIT);
            long acquired = System.nanoTime();
            lease.close();
            long released = System.nanoTime();
            acquires.recordValue(acquired - start);
            releases.recordValue(released - acquired);
            pairs++;
        }
        return pairs;
    }

    private static double micros(Histogram histogram, double percentile) {
        return rounded(histogram.getValueAtPercentile(percentile) / NANOS_PER_MICRO, 10);
    }

    private static double rounded(double value, double parts) {
        return Math.round(value * parts) / parts;
    }
}
