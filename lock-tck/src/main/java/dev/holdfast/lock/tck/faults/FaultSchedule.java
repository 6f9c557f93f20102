package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.Fault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which faults in which order: endless, drawn from a seed, so that the same seed and faults give the same schedule.
 * Each fault once in every round, in an order of its own, and one at a time.
 */
public final class FaultSchedule {
    /**
     * A fault and what comes before it.
     *
     * @param fault what to do
     * @param gapPercent how long to leave everybody in peace before it, in percent of a lease time
     * @param seed of the choices within it
     */
    public record Entry(Fault fault, int gapPercent, long seed) {}

    private final Random random;
    private final List<Fault> faults;
    private final List<Fault> round = new ArrayList<>();

    /** Of these faults, at least one. */
    public FaultSchedule(long seed, Collection<Fault> faults) {
        this.random = new Random(seed);
        this.faults = faults.stream().sorted().distinct().toList();
    }

    /** How many faults make a round. */
    public int roundLength() {
        return faults.size();
    }

    /** The next fault. */
    public Entry next() {
        if (round.isEmpty()) {
            round.addAll(faults);
            Collections.shuffle(round, random);
        }
        return new Entry(round.remove(0), 75 + random.nextInt(75), random.nextLong());
    }
}
