package dev.holdfast.lock.tck;

import java.util.List;
import java.util.Optional;

/**
 * A rule that a history breaks.
 *
 * @param rule the rule
 * @param lock the lock on which it happened
 * @param sentence what happened, in words
 * @param events the few events that prove it, in the order of their times
 * @param predicted the disturbance that explains it, if the store documents that it may; then it is no failure
 */
public record Violation(Rule rule, String lock, String sentence, List<Event> events, Optional<Disturbance> predicted) {
    /** With its events in order. */
    public Violation {
        events = events.stream()
                .sorted((a, b) -> Long.signum(a.nanos() - b.nanos()))
                .toList();
    }

    static Violation of(Rule rule, String lock, String sentence, List<Event> events) {
        return new Violation(rule, lock, sentence, events, Optional.empty());
    }

    /** With its events, for people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(rule + " on " + lock + ": " + sentence);
        predicted.ifPresent(by -> text.append(" (predicted: ").append(by.name()).append(')'));
        long zero = events.isEmpty() ? 0 : events.get(0).nanos();
        events.forEach(event -> text.append("\n    ").append(event.since(zero)));
        return text.toString();
    }
}
