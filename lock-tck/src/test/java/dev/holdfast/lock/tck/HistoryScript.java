package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.History.Recorded;
import java.util.ArrayList;
import java.util.List;

/** A history made by hand, of one lock. Times are what the test says they are. */
final class HistoryScript {
    static final String LOCK = "invoice/42";

    private final List<Event> events = new ArrayList<>();

    Recorded recorded() {
        return History.of(events);
    }

    HistoryScript add(Event event) {
        events.add(event);
        return this;
    }

    HistoryScript add(Kind kind, long nanos, String who) {
        return add(Event.of(kind, nanos, who, LOCK));
    }

    HistoryScript add(Kind kind, long nanos, String who, long token, long value) {
        return add(Event.of(kind, nanos, who, LOCK, token, value));
    }

    HistoryScript add(Kind kind, long nanos, String who, long token, String detail) {
        return add(Event.of(kind, nanos, who, LOCK, token, detail));
    }

    /** An accepted request to the resource. */
    HistoryScript access(Kind kind, long nanos, String who, long token, long value, long step) {
        return add(new Event(kind, nanos, who, LOCK, token, value, step, ""));
    }

    /** A grant that was held for the last time then. */
    HistoryScript grant(String who, long invoked, long returned, long token, long lastHeld) {
        return add(Kind.INVOKED, invoked, who)
                .add(Kind.GRANTED, returned, who, token, 1)
                .add(Kind.HELD, lastHeld, who, token, 0);
    }

    /** The same, released then. */
    HistoryScript released(String who, long invoked, long returned, long token, long released) {
        return grant(who, invoked, returned, token, released - 1)
                .add(Kind.RELEASING, released - 1, who, token, "")
                .add(Kind.RELEASED, released, who, token, "RELEASED");
    }

    /** An attempt that was refused. */
    HistoryScript refused(String who, long invoked, long ended) {
        return add(Kind.INVOKED, invoked, who).add(Kind.REFUSED, ended, who);
    }
}
