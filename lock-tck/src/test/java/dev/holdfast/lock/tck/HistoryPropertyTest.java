package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Histories made up from seeds: correct ones are never red, and each planted violation always is. */
class HistoryPropertyTest {
    private static final int SEEDS = 200;
    private static final long MS = 1_000_000;

    private static Findings check(List<Event> events, List<Disturbance> disturbances) {
        return HistoryChecker.check(History.of(events), disturbances, RandomHistory.TERMS);
    }

    @Test
    void correctHistoriesAreNeverRed() {
        int stops = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            RandomHistory history = new RandomHistory(seed, 150);
            Findings findings = check(history.events, history.disturbances);
            assertEquals(List.of(), findings.violations(), "seed " + seed);
            assertTrue(findings.grants() > 100, findings.grants() + " grants with seed " + seed);
            stops += history.disturbances.size();
        }
        assertTrue(stops > SEEDS, "only " + stops + " disturbances: the histories are too tame");
    }

    /** A change that breaks a rule. */
    private interface Planting {
        /** Changes the events around one of this kind. */
        void plant(List<Event> events, int at);
    }

    private static void assertAlwaysRed(Rule rule, Kind at, Planting planting) {
        for (long seed = 0; seed < SEEDS; seed++) {
            RandomHistory history = new RandomHistory(seed, 150);
            List<Event> events = new ArrayList<>(history.events);
            // Not among the last grants, so that somebody is there to be wronged.
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < events.size() * 3 / 4; i++) {
                if (events.get(i).kind() == at) {
                    places.add(i);
                }
            }
            planting.plant(events, places.get(new Random(seed).nextInt(places.size())));
            Findings findings = check(events, history.disturbances);
            assertTrue(!findings.of(rule).isEmpty(), rule + " stayed green with seed " + seed);
            assertTrue(!findings.clean(), rule + " was excused with seed " + seed);
        }
    }

    private static Event next(List<Event> events, int from, Predicate<Event> wanted) {
        return events.subList(from + 1, events.size()).stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow();
    }

    private static Event valued(Event event, long value) {
        return new Event(
                event.kind(),
                event.nanos(),
                event.who(),
                event.lock(),
                event.token(),
                value,
                event.step(),
                event.detail());
    }

    @Test
    void leaseThatIsHeldTooLongIsAlwaysFound() {
        Planting heldWhenTheNextOneHas = (events, at) -> {
            Event released = events.get(at);
            Event next = next(events, at, event -> event.kind() == Kind.GRANTED);
            events.add(
                    at,
                    Event.of(Kind.HELD, next.nanos() + MS / 2, released.who(), released.lock(), released.token(), 0));
        };
        assertAlwaysRed(Rule.S1, Kind.RELEASING, heldWhenTheNextOneHas);
        assertAlwaysRed(Rule.S8, Kind.RELEASING, heldWhenTheNextOneHas);
    }

    @Test
    void tokenThatFallsIsAlwaysFound() {
        assertAlwaysRed(Rule.S2, Kind.GRANTED, (events, at) -> {
            Event grant = events.get(at);
            for (int i = 0; i < events.size(); i++) {
                Event event = events.get(i);
                if (event.who().equals(grant.who()) && event.token() == grant.token()) {
                    events.set(
                            i,
                            new Event(
                                    event.kind(),
                                    event.nanos(),
                                    event.who(),
                                    event.lock(),
                                    2,
                                    event.value(),
                                    event.step(),
                                    event.detail()));
                }
            }
            // Somebody with a higher token must have returned before it was invoked.
            events.add(0, Event.of(Kind.INVOKED, -2 * MS, "first/t", grant.lock()));
            events.add(1, Event.of(Kind.GRANTED, -MS, "first/t", grant.lock(), 900, 0));
        });
    }

    @Test
    void lostUpdateIsAlwaysFound() {
        assertAlwaysRed(Rule.S3, Kind.WROTE, (events, at) -> {
            Event wrote = events.get(at);
            Event later = next(events, at, event -> event.kind() == Kind.WROTE);
            events.set(events.indexOf(later), valued(later, wrote.value()));
        });
    }

    @Test
    void tooLongAValidityIsAlwaysFound() {
        assertAlwaysRed(Rule.S4, Kind.HELD, (events, at) -> events.set(at, valued(events.get(at), 991 * MS)));
    }

    @Test
    void resurrectionIsAlwaysFound() {
        assertAlwaysRed(Rule.S7, Kind.RELEASED, (events, at) -> {
            Event released = events.get(at);
            events.add(
                    at + 1,
                    Event.of(Kind.HELD, released.nanos() + 1, released.who(), released.lock(), released.token(), 0));
        });
    }

    /**
     * Counts and not seconds decide: the largest history is checked within the time-out of the build, and a checker
     * that compares every pair would need 10^10 steps for it.
     */
    @Test
    void aHistoryOfManyEventsIsChecked() {
        RandomHistory history = new RandomHistory(42, 30_000);
        assertTrue(history.events.size() > 200_000, history.events.size() + " events");
        assertEquals(List.of(), check(history.events, history.disturbances).violations());
        Event released = history.events.stream()
                .filter(event -> event.kind() == Kind.RELEASED)
                .skip(10_000)
                .findFirst()
                .orElseThrow();
        history.events.add(
                Event.of(Kind.HELD, released.nanos() + 100 * MS, released.who(), released.lock(), released.token(), 0));
        Findings findings = check(history.events, history.disturbances);
        assertTrue(!findings.of(Rule.S1).isEmpty(), "one lease that was held too long was not found");
        assertTrue(!findings.of(Rule.S7).isEmpty());
    }
}
