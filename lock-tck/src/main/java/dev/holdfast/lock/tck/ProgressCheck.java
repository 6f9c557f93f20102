package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.HistoryChecker.Recovery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * L1, L2 and the rule of each disturbance: how long a lock stayed free while somebody wanted it. Time in which a
 * process of the run did not get the processor does not count.
 */
final class ProgressCheck {
    private static final int HAND_OVERS_MIN = 20;

    private final Disturbances disturbances;
    private final Terms terms;
    private final Spans stalls;
    private final List<Violation> found;
    private final Map<Disturbance, Long> longest = new LinkedHashMap<>();

    ProgressCheck(Disturbances disturbances, Terms terms, Spans stalls, List<Violation> found) {
        this.disturbances = disturbances;
        this.terms = terms;
        this.stalls = stalls;
        this.found = found;
    }

    List<Recovery> recoveries() {
        return longest.entrySet().stream()
                .map(entry -> new Recovery(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Checks a lock; the grants in the order of their returns. */
    void check(String lock, List<Attempt> attempts, List<Attempt> grants) {
        Wanted wanted = new Wanted(wanted(attempts, true), wanted(attempts, false));
        List<Attempt> open =
                attempts.stream().filter(attempt -> attempt.ended().isEmpty()).toList();
        List<Long> handOvers = new ArrayList<>();
        Attempt last = null;
        long free = 0;
        for (Attempt grant : grants) {
            if (last != null && grant.returned() - free > 0) {
                vacancy(lock, last, free, grant, wanted, open, handOvers);
            }
            long end = end(grant);
            if (last == null || end - free > 0) {
                free = end;
                last = grant;
            }
        }
        median(lock, handOvers);
    }

    /** From when on nobody claims the lock: released, killed, or at its deadline at the latest. */
    private long end(Attempt grant) {
        Event released = grant.first(Kind.RELEASED).orElse(null);
        if (released == null) {
            Optional<Disturbance> kill = disturbances.kill(grant.process(), grant.returned(), Long.MAX_VALUE / 2);
            if (kill.isPresent()) {
                return kill.get().begins();
            }
        }
        if (released != null && released.detail().equals(ReleaseOutcome.RELEASED.name())) {
            return released.nanos();
        }
        long deadline = grant.deadline() + terms.leaseNanos() - terms.validityNanos();
        return released == null ? deadline : Math.min(released.nanos(), deadline);
    }

    /**
     * When somebody wanted a lock.
     *
     * @param undisturbed without the time in which a disturbance kept those from it who wanted it
     * @param always with that time
     */
    private record Wanted(Spans undisturbed, Spans always) {}

    private Spans wanted(List<Attempt> attempts, boolean undisturbed) {
        List<Spans.Span> spans = new ArrayList<>();
        for (Attempt attempt : attempts) {
            long from = attempt.invoked();
            long to = attempt.ended().orElseGet(() -> disturbances
                    .kill(attempt.process(), attempt.invoked(), Long.MAX_VALUE / 2)
                    .map(Disturbance::begins)
                    .orElse(attempt.invoked()));
            for (Disturbance one : disturbances.touching(from, to)) {
                if (undisturbed && one.concerns(attempt.process())) {
                    add(spans, from, one.begins());
                    from = Math.max(from, one.over());
                }
            }
            add(spans, from, to);
        }
        return new Spans(spans);
    }

    private static void add(List<Spans.Span> spans, long from, long to) {
        if (to - from > 0) {
            spans.add(new Spans.Span(from, to));
        }
    }

    private void vacancy(
            String lock,
            Attempt before,
            long free,
            Attempt next,
            Wanted wanted,
            List<Attempt> open,
            List<Long> handOvers) {
        List<Disturbance> near = disturbances.touching(free - 2 * terms.leaseNanos(), next.returned());
        long stalled = stalls.within(free, next.returned());
        long waited = wanted.undisturbed().within(free, next.returned()) - stalled;
        if (near.isEmpty()) {
            handOvers.add(waited);
            if (waited > terms.handOverNanos()) {
                report(Rule.L2, lock, before, next, waited, "after a release, with nothing in the way");
            }
            return;
        }
        Disturbance latest = near.get(near.size() - 1);
        // What befalls a minority is to be borne while it lasts, so that time counts, too.
        long outage = latest.recovery() == Rule.L4 ? wanted.always().within(free, next.returned()) - stalled : waited;
        longest.merge(latest, outage, Math::max);
        boolean killed = latest.may(Effect.KILLS);
        long bound = killed ? terms.killedNanos(hasKilledWaiter(latest, open)) : terms.recoveryNanos();
        if (waited > bound) {
            report(latest.recovery(), lock, before, next, waited, "after this: " + latest.name());
        }
    }

    private static boolean hasKilledWaiter(Disturbance kill, List<Attempt> open) {
        return open.stream()
                .anyMatch(attempt -> kill.concerns(attempt.process()) && attempt.invoked() - kill.over() < 0);
    }

    private void report(Rule rule, String lock, Attempt before, Attempt next, long waited, String when) {
        List<Event> events = new ArrayList<>(before.events()
                .subList(before.events().size() - 1, before.events().size()));
        events.add(next.events().get(0));
        next.first(Kind.GRANTED).ifPresent(events::add);
        found.add(Violation.of(
                rule,
                lock,
                "nobody had the lock for " + ClaimCheck.millis(waited) + " although somebody wanted it, " + when,
                events));
    }

    /** L2: most hand-overs take a message, not a poll, which would take a third of a lease time. */
    private void median(String lock, List<Long> handOvers) {
        if (terms.claims().contains(Claim.DIRECT_WAKEUP) && handOvers.size() >= HAND_OVERS_MIN) {
            long median = handOvers.stream()
                    .sorted(Comparator.naturalOrder())
                    .toList()
                    .get(handOvers.size() / 2);
            if (median > terms.leaseNanos() / 6) {
                found.add(Violation.of(
                        Rule.L2,
                        lock,
                        "half of " + handOvers.size() + " hand-overs took more than " + ClaimCheck.millis(median)
                                + ": that is polling",
                        List.of()));
            }
        }
    }
}
