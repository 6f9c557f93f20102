package dev.holdfast.lock.bench.run;

import dev.holdfast.lock.bench.run.Contender.Hand;
import dev.holdfast.lock.bench.run.Meter.Reading;
import java.util.List;
import org.HdrHistogram.Histogram;

/** All workers want one lock for a while; each gives it back at once. */
final class ContendedTurn {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    /** Rates count from here on: the workers have queued up by then. */
    private static final int RAMP_PARTS = 4;

    private static final class Tally {
        private final Histogram waits = new Histogram(3);
        private final Histogram handOvers = new Histogram(3);
        private long grantsInTime;
        private long handOversInTime;
        private long inOrder;
        private long inCallOrder;

        void add(Tally other) {
            waits.add(other.waits);
            handOvers.add(other.handOvers);
            grantsInTime += other.grantsInTime;
            handOversInTime += other.handOversInTime;
            inOrder += other.inOrder;
            inCallOrder += other.inCallOrder;
        }
    }

    private ContendedTurn() {}

    /**
     * One turn.
     *
     * @throws OverlapException if two workers were inside at once
     */
    static Sample of(Entrant entrant, long turnNanos, Meter meter) throws Exception {
        HotName hot = new HotName(entrant.workers());
        Reading before = meter.read();
        List<Tally> tallies = Crew.work(entrant.workers(), worker -> work(hot, entrant, worker, turnNanos));
        Reading after = meter.read();
        if (hot.overlaps() > 0) {
            throw new OverlapException(entrant.contender().name(), hot.overlaps());
        }
        Tally all = new Tally();
        tallies.forEach(all::add);
        return sample(all, entrant.workers(), countedSeconds(turnNanos), before, after);
    }

    /** How long the part of the turn is in which rates count. */
    static double countedSeconds(long turnNanos) {
        return (turnNanos - turnNanos / RAMP_PARTS) / NANOS_PER_SECOND;
    }

    private static Sample sample(Tally all, int workers, double seconds, Reading before, Reading after) {
        long grants = all.waits.getTotalCount();
        double waitMillis = all.waits.getValueAtPercentile(99.9) / NANOS_PER_MILLI;
        double perSecond = all.grantsInTime / seconds;
        Sample sample = new Sample();
        sample.put(Metric.HANDOVERS_PER_SECOND, all.handOversInTime / seconds);
        sample.put(Metric.GRANTS_PER_SECOND, perSecond);
        sample.micros(Metric.HANDOVER_P50_US, all.handOvers, 50);
        sample.micros(Metric.HANDOVER_P99_US, all.handOvers, 99);
        sample.put(Metric.WAIT_P999_MS, waitMillis);
        sample.put(Metric.WAIT_MAX_MS, all.waits.getMaxValue() / NANOS_PER_MILLI);
        sample.put(Metric.WAIT_P999_IN_ROUNDS, waitMillis / 1_000 * perSecond / workers);
        sample.put(Metric.IN_ORDER_SHARE, all.inOrder / (double) grants);
        sample.put(Metric.IN_CALL_ORDER_SHARE, all.inCallOrder / (double) grants);
        sample.traffic(before, after, grants);
        sample.pushes(before, after, grants);
        return sample;
    }

    /** Who waits at the end of the turn still gets the lock; such grants count, but not into the rates. */
    private static Tally work(HotName hot, Entrant entrant, int worker, long turnNanos) throws Exception {
        Hand hand = entrant.hand(worker);
        String name = entrant.nextName(worker);
        Tally tally = new Tally();
        long begin = System.nanoTime();
        for (long now = begin; now - begin < turnNanos; now = System.nanoTime()) {
            long called = System.nanoTime();
            hot.calls(worker, called);
            hand.acquire(name);
            long acquired = System.nanoTime();
            HotName.Entry entry = hot.enters(worker, acquired);
            hot.leaves(worker);
            hand.release();
            tally.waits.recordValue(acquired - called);
            boolean inTime = acquired - begin >= turnNanos / RAMP_PARTS && acquired - begin < turnNanos;
            tally.grantsInTime += inTime ? 1 : 0;
            if (entry.handOverNanos() >= 0) {
                tally.handOvers.recordValue(entry.handOverNanos());
                tally.handOversInTime += inTime ? 1 : 0;
            }
            tally.inOrder += entry.inOrder() ? 1 : 0;
            tally.inCallOrder += entry.inCallOrder() ? 1 : 0;
        }
        return tally;
    }
}
