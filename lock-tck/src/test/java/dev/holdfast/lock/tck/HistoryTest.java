package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.Attempt.Outcome;
import dev.holdfast.lock.tck.Event.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file holds what happened, whoever wrote it and however it ended. */
class HistoryTest {
    private static final String LOCK = "a b/\u00e9%-";

    @Test
    void aFileHoldsWhatHappened(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("history");
        try (History first = History.appendTo(file);
                History second = History.appendTo(file)) {
            first.add(Event.of(Kind.INVOKED, 1, "p/1", LOCK));
            first.add(Event.of(Kind.GRANTED, 2, "p/1", LOCK, 100, 7));
            second.add(Event.of(Kind.INVOKED, 3, "q/1", LOCK));
            first.add(Event.of(Kind.HELD, 4, "p/1", LOCK, 100, 6));
            second.add(Event.of(Kind.REFUSED, 5, "q/1", LOCK));
            first.add(Event.of(Kind.INVOKED, 6, "p/1", LOCK));
            first.add(Event.of(Kind.LOST, 7, "p/1", LOCK, 100, "DEADLINE"));
            second.add(Event.of(Kind.INVOKED, 8, "q/1", LOCK));
            second.add(Event.of(Kind.STALLED, 9, "q", "", 0, 50));
        }
        Files.writeString(file, "GRANTED 10 q", StandardOpenOption.APPEND);
        History.Recorded read = History.read(file);

        assertEquals(
                List.of(Outcome.GRANTED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.UNKNOWN),
                read.attempts().stream().map(Attempt::outcome).toList());
        Attempt granted = read.attempts().get(0);
        assertEquals(LOCK, granted.lock());
        assertEquals("p", granted.process());
        assertEquals(4, granted.lastHeld());
        assertEquals(10, granted.deadline());
        // The loss was told when its contender asked for the lock again.
        assertEquals(Kind.LOST, granted.events().get(3).kind());
        assertEquals(List.of(50L), read.stalls().stream().map(Event::value).toList());
    }

    @Test
    void linesThatAreNoEventsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Event.decoded("granted b 7"));
        assertThrows(IllegalArgumentException.class, () -> Event.decoded("ABSENT 1 a b 0 0 0 -"));
        assertThrows(
                IllegalArgumentException.class,
                () -> History.of(List.of(Event.of(Kind.GRANTED, 1, "p/1", LOCK, 1, 0))));
    }

    @Test
    void everyFieldSurvivesTheFile() {
        Event event = new Event(Kind.WROTE, -5, "p 1/2", LOCK, 9, -3, 4, "a detail");
        assertEquals(event, Event.decoded(event.encoded()));
        assertTrue(!event.encoded().contains("\n"));
    }

    @Test
    void spansCountEachInstantOnce() {
        Spans spans = new Spans(List.of(new Spans.Span(10, 20), new Spans.Span(15, 30), new Spans.Span(-5, 0)));
        assertEquals(25, spans.within(-100, 100));
        assertEquals(5, spans.within(25, 100));
        assertEquals(0, spans.within(0, 10));
        assertEquals(7, spans.within(-2, 15));
        assertEquals(0, spans.within(30, 5));
    }
}
