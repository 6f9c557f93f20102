package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Event.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One acquire, what became of it, and every event of its lease, in the order in which they were written. */
public final class Attempt {
    /** How an acquire ended. */
    public enum Outcome {
        /** With a lease. */
        GRANTED,
        /** Without; the store has answered. */
        REFUSED,
        /** Nobody can know: it threw, or its process ended before it did. It may have owned the lock at any time. */
        UNKNOWN
    }

    private final List<Event> events = new ArrayList<>();
    private Outcome outcome = Outcome.UNKNOWN;
    private OptionalLong ended = OptionalLong.empty();
    private long token;

    Attempt(Event invoked) {
        events.add(invoked);
    }

    void add(Event event) {
        events.add(event);
        switch (event.kind()) {
            case GRANTED -> end(event, Outcome.GRANTED);
            case REFUSED -> end(event, Outcome.REFUSED);
            case UNKNOWN -> end(event, Outcome.UNKNOWN);
            default -> {}
        }
    }

    private void end(Event event, Outcome how) {
        // A second end is kept among the events, for the checker to find; the first one counts.
        if (ended.isEmpty()) {
            ended = OptionalLong.of(event.nanos());
            outcome = how;
            token = event.token();
        }
    }

    /** Its contender. */
    public String who() {
        return events.get(0).who();
    }

    /** The process of its contender. */
    public String process() {
        return events.get(0).process();
    }

    /** Its lock. */
    public String lock() {
        return events.get(0).lock();
    }

    /** Before the call. */
    public long invoked() {
        return events.get(0).nanos();
    }

    /** After the call; empty if its process ended first. */
    public OptionalLong ended() {
        return ended;
    }

    /** After the call that returned a lease; only of a grant. */
    public long returned() {
        return ended.orElseThrow();
    }

    /** How it ended. */
    public Outcome outcome() {
        return outcome;
    }

    /** Whether it is a grant, and so claims an interval. */
    public boolean granted() {
        return outcome == Outcome.GRANTED;
    }

    /** The token of the lease; 0 without. */
    public long token() {
        return token;
    }

    /** Its events, the invocation first. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** The first event of this kind. */
    public Optional<Event> first(Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).findFirst();
    }

    /** The last event of this kind. */
    Optional<Event> last(Kind kind) {
        Event found = null;
        for (Event event : events) {
            if (event.kind() == kind) {
                found = event;
            }
        }
        return Optional.ofNullable(found);
    }

    /** The last time before which its lease was asked and said that it is held; its return, if it never was. */
    public long lastHeld() {
        return last(Kind.HELD).map(Event::nanos).orElseGet(this::returned);
    }

    /** Whether its lease ever said that time was left: one that lapsed before its acquire returned claims nothing. */
    boolean everHeld() {
        return events.stream()
                .anyMatch(event -> event.kind() == Kind.HELD || (event.kind() == Kind.GRANTED && event.value() > 0));
    }

    /**
     * The latest deadline that its lease has shown, by what it said was left: the true one is not earlier. Its return,
     * if it showed none.
     */
    public long deadline() {
        long latest = returned();
        for (Event event : events) {
            if (event.kind() == Kind.GRANTED || event.kind() == Kind.HELD || event.kind() == Kind.RENEWED) {
                long shown = event.nanos() + event.value();
                latest = shown - latest > 0 ? shown : latest;
            }
        }
        return latest;
    }

    /** When it was found to be lost at the latest: told, or answered no. Empty if it was released or nobody knows. */
    public OptionalLong lost() {
        return events.stream()
                .filter(event -> event.kind() == Kind.LOST || event.kind() == Kind.NOT_HELD)
                .mapToLong(Event::nanos)
                .min();
    }

    /** For people. */
    @Override
    public String toString() {
        return granted() ? who() + " with token " + token : who() + " (" + outcome + ")";
    }
}
