package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Event.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** S4, S7 and S10, one attempt at a time: what a lease said of itself, against time and against what it said before. */
final class ValidityCheck {
    private final Attempt attempt;
    private final Terms terms;
    private final List<Violation> found;
    private @Nullable Event over; // the first that says lost or released
    private @Nullable Event asked;

    private ValidityCheck(Attempt attempt, Terms terms, List<Violation> found) {
        this.attempt = attempt;
        this.terms = terms;
        this.found = found;
    }

    static void check(Attempt attempt, Disturbances disturbances, Terms terms, List<Violation> found) {
        ValidityCheck check = new ValidityCheck(attempt, terms, found);
        List<Event> events = attempt.events();
        Event ended = null;
        for (Event event : events) {
            switch (event.kind()) {
                case GRANTED, REFUSED, UNKNOWN -> {
                    if (ended != null && event.kind() == Kind.GRANTED) {
                        check.report(Rule.S10, " had given up, and was granted the lock afterwards", ended, event);
                    }
                    ended = event;
                    check.remaining(event);
                }
                default -> check.next(event);
            }
        }
        if (attempt.granted()) {
            disturbances
                    .touching(attempt.invoked(), events.get(events.size() - 1).nanos())
                    .stream()
                    .filter(one -> one.may(Effect.ISOLATES) && one.concerns(attempt.process()))
                    .forEach(check::isolated);
        }
    }

    private void next(Event event) {
        switch (event.kind()) {
            case HELD -> {
                remaining(event);
                Event before = over;
                if (before != null && event.nanos() - before.nanos() > 0) {
                    report(Rule.S7, " was held again after it had been lost or released", before, event);
                }
            }
            case RENEWING, RELEASING -> asked = event;
            case RENEWED -> {
                remaining(event);
                Event before = over;
                Event request = asked;
                if (before != null && request != null && request.nanos() - before.nanos() > 0) {
                    report(Rule.S7, " was renewed after it had been lost or released", before, event);
                }
            }
            case RELEASED -> {
                Event before = over;
                Event request = asked;
                if (event.detail().equals(ReleaseOutcome.RELEASED.name())
                        && before != null
                        && request != null
                        && request.nanos() - before.nanos() > 0) {
                    report(Rule.S7, " was released as held although it had been lost", before, event);
                }
                end(event);
            }
            case LOST, NOT_HELD -> end(event);
            default -> {}
        }
    }

    private void end(Event event) {
        Event before = over;
        if (before == null || event.nanos() - before.nanos() < 0) {
            over = event;
        }
    }

    /** S4: no lease has more left than a whole lease time, less the drift margin. */
    private void remaining(Event event) {
        if (event.value() > terms.validityNanos()) {
            report(
                    Rule.S4,
                    " said that " + ClaimCheck.millis(event.value()) + " were left, and a lease lasts "
                            + ClaimCheck.millis(terms.validityNanos()) + " from the sending of a request on",
                    event);
        }
    }

    /** S4: whatever was sent while nothing was answered did not make a lease longer. */
    private void isolated(Disturbance silence) {
        long last = silence.acts() + terms.validityNanos();
        boolean beforehand = attempt.returned() - silence.acts() < 0;
        for (Event event : attempt.events()) {
            boolean during = event.nanos() - silence.ends() < 0;
            boolean afterwards = beforehand && silence.ends() - last > 0;
            if (event.kind() == Kind.HELD && event.nanos() - last > 0 && (during || afterwards)) {
                report(
                        Rule.S4,
                        " was held " + ClaimCheck.millis(event.nanos() - silence.acts()) + " after the beginning of "
                                + silence.name() + ", which left " + ClaimCheck.millis(terms.validityNanos())
                                + " at most",
                        event);
                return;
            }
        }
    }

    private void report(Rule rule, String what, Event... events) {
        found.add(Violation.of(rule, attempt.lock(), attempt + what, List.of(events)));
    }
}
