package dev.holdfast.lock.tck.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;

/**
 * Which faults in which order: endless, drawn from a seed, so that the same seed and kinds give the same schedule. Each
 * kind once in every round, in an order of its own. One fault at a time; and two that are excluded together, data loss
 * and a moved clock, never within {@value #APART} places of each other, by when the clock has passed its own past.
 */
public final class FaultSchedule {
    private static final int APART = 3;
    private static final int TRIES = 1_000;

    /**
     * A fault and what comes before it.
     *
     * @param kind what to do
     * @param gapPercent how long to leave everybody in peace before it, in percent of a lease time
     * @param seed of the choices within it
     */
    public record Entry(FaultKind kind, int gapPercent, long seed) {}

    private final Random random;
    private final List<FaultKind> kinds;
    private final BiPredicate<FaultKind, FaultKind> excluded;
    private final List<FaultKind> recent = new ArrayList<>();
    private final List<FaultKind> round = new ArrayList<>();

    /** Of these kinds. */
    public FaultSchedule(long seed, Collection<FaultKind> kinds) {
        this(seed, kinds, FaultKind::excluded);
    }

    FaultSchedule(long seed, Collection<FaultKind> kinds, BiPredicate<FaultKind, FaultKind> excluded) {
        this.random = new Random(seed);
        this.kinds = kinds.stream().sorted().distinct().toList();
        this.excluded = excluded;
    }

    /** How many faults make a round. */
    public int roundLength() {
        return kinds.size();
    }

    /** The next fault. */
    public Entry next() {
        if (round.isEmpty()) {
            draw();
        }
        FaultKind kind = round.remove(0);
        recent.add(kind);
        return new Entry(kind, 75 + random.nextInt(75), random.nextLong());
    }

    private void draw() {
        for (int i = 0; i < TRIES; i++) {
            List<FaultKind> order = new ArrayList<>(kinds);
            Collections.shuffle(order, random);
            if (allowed(order)) {
                round.addAll(order);
                return;
            }
        }
        throw new IllegalArgumentException("these faults cannot be kept apart: " + kinds);
    }

    private boolean allowed(List<FaultKind> order) {
        List<FaultKind> all = new ArrayList<>(recent.subList(Math.max(0, recent.size() - APART), recent.size()));
        all.addAll(order);
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < Math.min(all.size(), i + 1 + APART); j++) {
                if (excluded.test(all.get(i), all.get(j))) {
                    return false;
                }
            }
        }
        return true;
    }
}
