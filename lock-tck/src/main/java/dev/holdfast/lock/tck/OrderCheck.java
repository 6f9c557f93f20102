package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Attempt.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * L5: nobody who came clearly later was served before somebody who came earlier, waited on, and was not disturbed. When
 * a request reached the store is not in a history; the tolerance stands for it.
 */
final class OrderCheck {
    private OrderCheck() {}

    static void check(
            String lock,
            List<Attempt> attempts,
            Disturbances disturbances,
            Terms terms,
            Spans stalls,
            List<Violation> found) {
        // From the last end to the first, so that the map holds those who still wait when a grant returns.
        TreeMap<Long, Attempt> later = new TreeMap<>();
        for (Attempt attempt : attempts.stream()
                .filter(one -> one.outcome() != Outcome.UNKNOWN)
                .sorted(Comparator.comparingLong((Attempt one) -> one.ended().orElseThrow())
                        .reversed())
                .toList()) {
            if (attempt.granted()) {
                long quiet = disturbances
                        .lastBefore(attempt.returned())
                        .map(one -> one.over() + 2 * terms.leaseNanos())
                        .orElse(Long.MIN_VALUE);
                Map.Entry<Long, Attempt> first = later.ceilingEntry(quiet);
                if (first != null) {
                    compare(lock, first.getValue(), attempt, terms, stalls, found);
                }
            }
            later.put(attempt.invoked(), attempt);
        }
    }

    private static void compare(
            String lock, Attempt waiting, Attempt served, Terms terms, Spans stalls, List<Violation> found) {
        long ahead = served.invoked() - waiting.invoked();
        long excused = terms.toleranceNanos() + stalls.within(waiting.invoked(), served.invoked());
        if (ahead > excused) {
            found.add(Violation.of(
                    Rule.L5,
                    lock,
                    served + " was served before " + waiting + ", who had come " + ClaimCheck.millis(ahead)
                            + " earlier",
                    List.of(
                            waiting.events().get(0),
                            served.events().get(0),
                            served.first(Event.Kind.GRANTED).orElseThrow())));
        }
    }
}
