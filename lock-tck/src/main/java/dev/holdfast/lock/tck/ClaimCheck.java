package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Event.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** S1 and S8: sweeps claim intervals. S5: looks for a stale request that explains an overlap. */
final class ClaimCheck {
    private static final int CULPRITS_LOOKED_AT = 64;

    private final Disturbances disturbances;
    private final Terms terms;
    private final List<Violation> found;
    private long minMargin = Long.MAX_VALUE;
    private long minLapse = Long.MAX_VALUE;

    /** A grant and the end of what it claims. */
    private record Claim(Attempt grant, long end) {}

    /** A release or renewal by somebody who is no longer the latest holder. */
    private record Stale(Attempt grant, Event sent, long answered) {}

    ClaimCheck(Disturbances disturbances, Terms terms, List<Violation> found) {
        this.disturbances = disturbances;
        this.terms = terms;
        this.found = found;
    }

    OptionalLong minMargin() {
        return minMargin == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(minMargin);
    }

    OptionalLong minLapse() {
        return minLapse == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(minLapse);
    }

    /** Checks the grants of a lock, in the order of their returns. */
    void check(String lock, List<Attempt> grants) {
        List<Claim> claims = grants.stream()
                .filter(Attempt::everHeld)
                .map(grant -> new Claim(grant, end(grant)))
                .toList();
        List<Stale> stale = stale(lock, grants);
        Claim latest = null;
        for (Claim claim : claims) {
            if (latest != null && claim.grant().returned() - latest.end() < 0) {
                overlap(lock, latest, claim, stale);
            }
            latest = latest == null || claim.end() - latest.end() > 0 ? claim : latest;
        }
        byToken(lock, claims);
    }

    /**
     * The last instant at which the lease said, or would have said, that it is held: a process that stands still cannot
     * be told of a loss, so what its lease said before counts until the deadline that it showed.
     */
    private long end(Attempt grant) {
        long held = grant.lastHeld();
        long deadline = grant.deadline();
        for (Disturbance stop : disturbances.touching(held, deadline)) {
            boolean between = grant.events().stream()
                    .anyMatch(event -> event.nanos() - held > 0 && event.nanos() - stop.acts() < 0);
            if (stop.may(Effect.STOPS) && stop.concerns(grant.process()) && stop.acts() - held >= 0 && !between) {
                return Math.min(deadline, Math.max(held, stop.ends()));
            }
        }
        return held;
    }

    private void overlap(String lock, Claim older, Claim newer, List<Stale> stale) {
        long by = Math.min(older.end(), newer.end()) - newer.grant().returned();
        Optional<Disturbance> explained = explained(older.grant(), newer.grant());
        String sentence = newer.grant() + " was granted the lock while " + older.grant()
                + " still held it: both held for " + millis(by);
        List<Event> events = proof(older.grant(), newer.grant());
        found.add(new Violation(Rule.S1, lock, sentence, events, explained));
        if (explained.isEmpty()) {
            culprit(older.grant(), newer.grant(), stale)
                    .ifPresent(request -> found.add(Violation.of(
                            Rule.S5,
                            lock,
                            "a " + (request.sent().kind() == Kind.RELEASING ? "release" : "renewal") + " of "
                                    + request.grant() + " came while " + older.grant() + " held the lock, and "
                                    + newer.grant() + " was granted it: it acted on a grant that was not its own",
                            List.of(request.sent(), events.get(0), events.get(events.size() - 1)))));
        }
    }

    /** A disturbance after which two may hold, between the older grant and the newer one, or at most a lease before. */
    private Optional<Disturbance> explained(Attempt older, Attempt newer) {
        long after = newer.returned() - terms.leaseNanos() - terms.toleranceNanos();
        return disturbances.touching(Math.max(older.invoked(), after), newer.returned()).stream()
                .filter(one -> one.may(Effect.BREAKS_EXCLUSION))
                .findFirst();
    }

    private static List<Event> proof(Attempt older, Attempt newer) {
        List<Event> events = new ArrayList<>();
        older.first(Kind.GRANTED).ifPresent(events::add);
        newer.first(Kind.GRANTED).ifPresent(events::add);
        older.last(Kind.HELD).ifPresent(events::add);
        return events;
    }

    /** Grants by token: every lease with a lower token must have ended by then. */
    private void byToken(String lock, List<Claim> claims) {
        Claim latest = null;
        for (Claim claim : claims.stream()
                .sorted(Comparator.comparingLong(one -> one.grant().token()))
                .toList()) {
            // Who was invoked after a higher token had returned has a token that fell: S2 says so.
            if (latest != null && latest.grant().invoked() - claim.grant().returned() < 0) {
                long margin = claim.grant().returned() - latest.end();
                Optional<Disturbance> explained = explained(latest.grant(), claim.grant());
                if (margin < 0) {
                    found.add(new Violation(
                            Rule.S8,
                            lock,
                            latest.grant() + " was held for " + millis(-margin) + " after the return of "
                                    + claim.grant(),
                            proof(latest.grant(), claim.grant()),
                            explained));
                }
                if (explained.isEmpty()) {
                    margins(latest, claim, margin);
                }
            }
            latest = latest == null || claim.end() - latest.end() > 0 ? claim : latest;
        }
    }

    private void margins(Claim older, Claim newer, long margin) {
        minMargin = Math.min(minMargin, margin);
        if (lapsed(older.grant())) {
            // A stopped or cut off holder is safe until its deadline, whenever it was asked last.
            long deadline = Math.max(older.end(), deadlineOf(older.grant()));
            minLapse = Math.min(minLapse, newer.grant().returned() - deadline);
        }
    }

    private static long deadlineOf(Attempt grant) {
        boolean byDeadline =
                grant.first(Kind.LOST).map(Event::detail).orElse("DEADLINE").equals("DEADLINE");
        return byDeadline ? grant.deadline() : grant.lastHeld();
    }

    /** Whether the lease ended by itself while its process lived. */
    private boolean lapsed(Attempt grant) {
        if (grant.lost().isEmpty()) {
            return false;
        }
        return grant.first(Kind.RELEASED).stream()
                .noneMatch(event -> event.detail().equals(ReleaseOutcome.RELEASED.name()));
    }

    private List<Stale> stale(String lock, List<Attempt> grants) {
        List<Stale> requests = new ArrayList<>();
        List<Long> highest = new ArrayList<>(); // token among the first i + 1 grants
        for (Attempt grant : grants) {
            highest.add(Math.max(grant.token(), highest.isEmpty() ? 0 : highest.get(highest.size() - 1)));
        }
        for (Attempt grant : grants) {
            Event sent = null;
            for (Event event : grant.events()) {
                switch (event.kind()) {
                    case RENEWING, RELEASING -> sent = event;
                    case RENEWED, NOT_RENEWED, RELEASED -> {
                        if (sent != null && highestBy(event.nanos(), grants, highest) > grant.token()) {
                            requests.add(new Stale(grant, sent, event.nanos()));
                            confirmed(lock, grant, sent, event, grants, highest);
                        }
                        sent = null;
                    }
                    default -> {}
                }
            }
        }
        requests.sort(Comparator.comparingLong(Stale::answered));
        return requests;
    }

    /** S5: a renewal that was asked for after a newer grant had returned, and confirmed all the same. */
    private void confirmed(
            String lock, Attempt grant, Event sent, Event answer, List<Attempt> grants, List<Long> highest) {
        if (answer.kind() == Kind.RENEWED && highestBy(sent.nanos(), grants, highest) > grant.token()) {
            Attempt newer = grants.stream()
                    .filter(one -> one.token() > grant.token() && one.returned() - sent.nanos() < 0)
                    .findFirst()
                    .orElseThrow();
            found.add(new Violation(
                    Rule.S5,
                    lock,
                    "the renewal of " + grant + " was confirmed although " + newer + " had been granted the lock",
                    List.of(newer.first(Kind.GRANTED).orElseThrow(), sent, answer),
                    explained(grant, newer)));
        }
    }

    private static long highestBy(long time, List<Attempt> grants, List<Long> highest) {
        int low = 0;
        int high = grants.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (grants.get(middle).returned() - time < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : highest.get(low - 1);
    }

    private static Optional<Stale> culprit(Attempt older, Attempt newer, List<Stale> stale) {
        int low = 0;
        int high = stale.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (stale.get(middle).answered() - older.returned() < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        // Several may have been on their way; one look at some of them is enough for a message.
        return stale.subList(low, Math.min(stale.size(), low + CULPRITS_LOOKED_AT)).stream()
                .filter(one -> one.sent().nanos() - newer.returned() < 0
                        && one.grant() != newer
                        && one.grant().token() < older.token())
                .findFirst();
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
    }
}
