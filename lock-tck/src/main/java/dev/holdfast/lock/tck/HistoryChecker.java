package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.History.Attempt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Decides in O(n log n) whether a history of one lock keeps S1, S2 and S8. Tokens are unique and ordered, so the order
 * of tokens is the only candidate for a linearisation and nothing has to be searched. An attempt of unknown outcome may
 * have owned the lock at any time, but only to block others: it neither claims an interval nor excuses an overlap.
 */
public final class HistoryChecker {
    private HistoryChecker() {}

    /**
     * What a history shows.
     *
     * @param grants attempts that got a lease
     * @param unknown attempts whose outcome is unknown
     * @param overlaps S1: pairs whose claim intervals overlap, as sentences
     * @param regressions S2: grants whose token is not higher than one that had returned before they were invoked
     * @param staleClaims S8: leases that claimed to be held after a grant with a higher token had returned
     * @param minMarginNanos the shortest time from the last <em>held</em> of a lease to the return of the next grant
     */
    public record Findings(
            int grants,
            int unknown,
            List<String> overlaps,
            List<String> regressions,
            List<String> staleClaims,
            OptionalLong minMarginNanos) {
        /** Whether every rule holds. */
        public boolean clean() {
            return overlaps.isEmpty() && regressions.isEmpty() && staleClaims.isEmpty();
        }
    }

    /** Checks these attempts, in any order. */
    public static Findings check(List<Attempt> attempts) {
        List<Attempt> grants = attempts.stream().filter(Attempt::granted).toList();
        List<String> stale = new ArrayList<>();
        OptionalLong margin = staleClaims(grants, stale);
        return new Findings(
                grants.size(),
                (int) attempts.stream().filter(attempt -> !attempt.known()).count(),
                overlaps(grants),
                regressions(grants),
                stale,
                margin);
    }

    /** Claim intervals by start: one overlaps if it starts before the latest end seen so far. */
    private static List<String> overlaps(List<Attempt> grants) {
        List<String> found = new ArrayList<>();
        Attempt latest = null;
        for (Attempt grant : sorted(grants, Attempt::returned)) {
            if (latest != null && grant.returned() - latest.lastHeld() < 0) {
                found.add(show(latest) + " overlaps " + show(grant) + " by "
                        + (Math.min(latest.lastHeld(), grant.lastHeld()) - grant.returned()) + " ns");
            }
            if (latest == null || grant.lastHeld() - latest.lastHeld() > 0) {
                latest = grant;
            }
        }
        return found;
    }

    /** Grants by invocation, against the highest token among those that had returned by then. */
    private static List<String> regressions(List<Attempt> grants) {
        List<String> found = new ArrayList<>();
        List<Attempt> returned = sorted(grants, Attempt::returned);
        int next = 0;
        Attempt highest = null;
        for (Attempt grant : sorted(grants, Attempt::invoked)) {
            while (next < returned.size() && returned.get(next).returned() - grant.invoked() < 0) {
                Attempt earlier = returned.get(next++);
                if (highest == null || earlier.token() > highest.token()) {
                    highest = earlier;
                }
            }
            if (highest != null && grant.token() <= highest.token()) {
                found.add(show(grant) + " was invoked after " + show(highest) + " had returned");
            }
        }
        duplicates(grants, found);
        return found;
    }

    private static void duplicates(List<Attempt> grants, List<String> found) {
        Attempt before = null;
        for (Attempt grant : sorted(grants, Attempt::token)) {
            if (before != null && before.token() == grant.token()) {
                found.add(show(before) + " and " + show(grant) + " have one token");
            }
            before = grant;
        }
    }

    /** Grants by token: every lease with a lower token must have said <em>held</em> for the last time by then. */
    private static OptionalLong staleClaims(List<Attempt> grants, List<String> found) {
        OptionalLong margin = OptionalLong.empty();
        Attempt latest = null;
        for (Attempt grant : sorted(grants, Attempt::token)) {
            if (latest != null) {
                long distance = grant.returned() - latest.lastHeld();
                margin = OptionalLong.of(Math.min(distance, margin.orElse(Long.MAX_VALUE)));
                if (distance < 0) {
                    found.add(show(latest) + " was held after " + show(grant) + " had returned");
                }
            }
            if (latest == null || grant.lastHeld() - latest.lastHeld() > 0) {
                latest = grant;
            }
        }
        return margin;
    }

    private static List<Attempt> sorted(List<Attempt> grants, java.util.function.ToLongFunction<Attempt> by) {
        return grants.stream().sorted(Comparator.comparingLong(by)).toList();
    }

    private static String show(Attempt grant) {
        return grant.contender() + "[token " + grant.token() + ", " + grant.returned() + ".." + grant.lastHeld() + "]";
    }
}
