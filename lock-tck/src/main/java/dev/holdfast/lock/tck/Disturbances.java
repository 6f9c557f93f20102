package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Disturbance.Effect;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The disturbances of a history, one at a time, so that those of a time are found by one binary search. */
final class Disturbances {
    private final List<Disturbance> sorted;

    Disturbances(List<Disturbance> disturbances) {
        this.sorted = disturbances.stream()
                .sorted(Comparator.comparingLong(Disturbance::begins))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).begins() - sorted.get(i - 1).over() < 0) {
                throw new IllegalArgumentException("two disturbances at once: "
                        + sorted.get(i - 1).name() + " and " + sorted.get(i).name());
            }
        }
    }

    /** Those of which some part lies between these times, in order. */
    List<Disturbance> touching(long from, long to) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted.get(middle).over() - from < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int end = low;
        while (end < sorted.size() && sorted.get(end).begins() - to <= 0) {
            end++;
        }
        return sorted.subList(low, end);
    }

    /** The last one that began by this time. */
    Optional<Disturbance> lastBefore(long time) {
        List<Disturbance> before = touching(Long.MIN_VALUE / 2, time);
        return before.isEmpty() ? Optional.empty() : Optional.of(before.get(before.size() - 1));
    }

    /** The kill that ended this process after that time. */
    Optional<Disturbance> kill(String process, long from, long to) {
        return touching(from, to).stream()
                .filter(one -> one.may(Effect.KILLS) && one.processes().contains(process))
                .findFirst();
    }

    List<Disturbance> all() {
        return sorted;
    }
}
