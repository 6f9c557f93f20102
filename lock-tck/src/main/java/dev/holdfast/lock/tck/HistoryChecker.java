package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.Attempt.Outcome;
import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.History.Recorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides in O(n log n) which rules a history breaks, as far as a history can. Tokens are unique and ordered, so the
 * order of tokens is the only candidate for a linearisation and nothing has to be searched. An attempt of unknown
 * outcome may have owned the lock at any time, but only to block others: it neither claims an interval nor excuses an
 * overlap. A request to the resource that has no answer may have been executed: what it may have changed is not held
 * against anybody.
 *
 * <ul>
 *   <li><b>Decided</b>: S1, S2, S3 (by the order in which the resource executed its requests), S7, S8; with
 *       {@link Terms} and {@link Disturbance}s also S4 where time without an answer limits a lease, S5 where a stale
 *       request precedes an unexplained overlap or is confirmed, L1, L2 (by the median: a poll in disguise is slow),
 *       L5.
 *   <li><b>In part</b>: S6 and S10 (an orphan shows as a lock that nobody gets; what is in the store does not show) and
 *       L3 (the same). {@code s6_}, {@code s10_} and {@code l3_} of the kit look into the store.
 *   <li><b>Not</b>: S9 (there is no re-entrant view), L4 and L6 (servers and requests are not in a history;
 *       {@code l4_} and {@code l6_} of the kit look at them), and S4 and S5 in histories without faults ({@code s4_},
 *       {@code s5_} provoke them).
 * </ul>
 */
public final class HistoryChecker {
    private HistoryChecker() {}

    /**
     * How long a lock stayed free after a disturbance, or, where the locks must move on while it lasts (L4), since it
     * began.
     *
     * @param disturbance which
     * @param nanos the longest time for which somebody wanted a lock and nobody had it
     */
    public record Recovery(Disturbance disturbance, long nanos) {}

    /**
     * What a history shows.
     *
     * @param grants attempts that got a lease
     * @param unknown attempts whose outcome is unknown
     * @param rejected reads and writes that the resource rejected because of their token
     * @param violations what is broken, predicted or not
     * @param minMarginNanos the shortest time from the end of a claim to the return of the next grant
     * @param minLapseNanos the same for leases that lapsed, from their deadline on: the safety margin of S8
     * @param recoveries one for each disturbance after which somebody had to wait
     */
    public record Findings(
            int grants,
            int unknown,
            int rejected,
            List<Violation> violations,
            OptionalLong minMarginNanos,
            OptionalLong minLapseNanos,
            List<Recovery> recoveries) {
        /** What breaks this rule, predicted or not. */
        public List<Violation> of(Rule rule) {
            return violations.stream()
                    .filter(violation -> violation.rule() == rule)
                    .toList();
        }

        /** What nothing explains. */
        public List<Violation> failures() {
            return violations.stream()
                    .filter(violation -> violation.predicted().isEmpty())
                    .toList();
        }

        /** Whether every rule holds, or is broken as documented. */
        public boolean clean() {
            return failures().isEmpty();
        }
    }

    /** Checks what needs no terms: S1, S2, S3, S7, S8. */
    public static Findings check(Recorded history) {
        Terms timeless = new Terms(Duration.ofDays(1), Duration.ZERO, Duration.ofDays(1), Set.of());
        return check(history, List.of(), timeless);
    }

    /** Checks everything, with these disturbances, which do not overlap. */
    public static Findings check(Recorded history, List<Disturbance> disturbances, Terms terms) {
        Disturbances known = new Disturbances(disturbances);
        Spans stalls = new Spans(history.stalls().stream()
                .filter(stall -> !stopped(stall, known))
                .map(stall -> new Spans.Span(stall.nanos(), stall.nanos() + stall.value()))
                .toList());
        Map<String, List<Attempt>> byLock = new TreeMap<>();
        history.attempts().forEach(attempt -> byLock.computeIfAbsent(attempt.lock(), lock -> new ArrayList<>())
                .add(attempt));
        List<Violation> violations = new ArrayList<>();
        ClaimCheck claims = new ClaimCheck(known, terms, violations);
        ProgressCheck progress = new ProgressCheck(known, terms, stalls, violations);
        byLock.forEach((lock, attempts) -> {
            List<Attempt> grants = sorted(attempts);
            claims.check(lock, grants);
            TokenCheck.check(lock, grants, violations);
            ResourceCheck.check(lock, attempts, violations);
            attempts.forEach(attempt -> ValidityCheck.check(attempt, known, terms, violations));
            progress.check(lock, attempts, grants);
            if (terms.claims().contains(Claim.FIFO)) {
                OrderCheck.check(lock, attempts, known, terms, stalls, violations);
            }
        });
        return new Findings(
                (int) history.attempts().stream().filter(Attempt::granted).count(),
                (int) history.attempts().stream()
                        .filter(attempt -> attempt.outcome() == Outcome.UNKNOWN)
                        .count(),
                (int) history.attempts().stream()
                        .flatMap(attempt -> attempt.events().stream())
                        .filter(event -> event.kind() == Kind.REJECTED)
                        .count(),
                List.copyOf(violations),
                claims.minMargin(),
                claims.minLapse(),
                progress.recoveries());
    }

    /** Whether the process did not run because it was stopped on purpose. */
    private static boolean stopped(Event stall, Disturbances known) {
        return known.touching(stall.nanos(), stall.nanos() + stall.value()).stream()
                .anyMatch(one -> one.may(Disturbance.Effect.STOPS) && one.concerns(stall.process()));
    }

    private static List<Attempt> sorted(List<Attempt> attempts) {
        return attempts.stream()
                .filter(Attempt::granted)
                .sorted(Comparator.comparingLong(Attempt::returned))
                .toList();
    }

    /** How often each rule is broken, predicted or not, in the order of the specification. */
    public static Map<Rule, Integer> counts(List<Violation> violations) {
        Map<Rule, Integer> counts = new LinkedHashMap<>();
        violations.stream()
                .sorted(Comparator.comparing(Violation::rule))
                .forEach(violation -> counts.merge(violation.rule(), 1, Integer::sum));
        return counts;
    }
}
