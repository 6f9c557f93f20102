package dev.holdfast.lock.bench.run;

import dev.holdfast.lock.bench.run.Contender.Hand;
import dev.holdfast.lock.bench.run.Meter.Reading;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Acquires and releases free locks for a while. */
final class UncontendedTurn {
    private static final double NANOS_PER_SECOND = 1e9;

    private static final class Tally {
        private final Histogram pairs = new Histogram(3);
        private final Histogram acquires = new Histogram(3);
        private final Histogram releases = new Histogram(3);
        private long nanos;

        void add(Tally other) {
            pairs.add(other.pairs);
            acquires.add(other.acquires);
            releases.add(other.releases);
            nanos = Math.max(nanos, other.nanos);
        }
    }

    private UncontendedTurn() {}

    static Sample of(Entrant entrant, long turnNanos, Meter meter) throws Exception {
        Reading before = meter.read();
        List<Tally> tallies = Crew.work(entrant.workers(), worker -> work(entrant, worker, turnNanos));
        Reading after = meter.read();
        Tally all = new Tally();
        tallies.forEach(all::add);
        long pairs = all.pairs.getTotalCount();
        Sample sample = new Sample();
        sample.micros(Metric.PAIR_P50_US, all.pairs, 50);
        sample.micros(Metric.PAIR_P99_US, all.pairs, 99);
        sample.micros(Metric.ACQUIRE_P50_US, all.acquires, 50);
        sample.micros(Metric.RELEASE_P50_US, all.releases, 50);
        sample.put(Metric.PAIRS_PER_SECOND, pairs * NANOS_PER_SECOND / all.nanos);
        sample.traffic(before, after, pairs);
        return sample;
    }

    private static Tally work(Entrant entrant, int worker, long turnNanos) throws Exception {
        Hand hand = entrant.hand(worker);
        Tally tally = new Tally();
        long begin = System.nanoTime();
        long now = begin;
        while (now - begin < turnNanos) {
            String name = entrant.nextName(worker);
            long called = System.nanoTime();
            hand.acquire(name);
            long acquired = System.nanoTime();
            hand.release();
            now = System.nanoTime();
            tally.pairs.recordValue(now - called);
            tally.acquires.recordValue(acquired - called);
            tally.releases.recordValue(now - acquired);
        }
        tally.nanos = now - begin;
        return tally;
    }
}
