package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Event.Kind;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * S3: what the fenced resource accepted, in the order in which it executed it. The resource counts up: each holder
 * reads a value and writes the next one. A step that nobody tells of was that of a killed process; what it wrote is
 * unknown until the next read.
 */
final class ResourceCheck {
    private final String lock;
    private final List<Violation> found;
    private long mark;
    private @Nullable Event marked;
    private long value;
    private boolean known = true;
    private @Nullable Event written;

    private ResourceCheck(String lock, List<Violation> found) {
        this.lock = lock;
        this.found = found;
    }

    static void check(String lock, List<Attempt> attempts, List<Violation> found) {
        ResourceCheck check = new ResourceCheck(lock, found);
        long step = 0;
        List<Event> answers = attempts.stream()
                .flatMap(attempt -> attempt.events().stream())
                .filter(event -> event.kind() == Kind.READ || event.kind() == Kind.WROTE)
                .sorted(Comparator.comparingLong(Event::step))
                .toList();
        for (Event answer : answers) {
            check.known &= answer.step() == step + 1;
            check.accepted(answer);
            step = answer.step();
        }
    }

    private void accepted(Event answer) {
        if (answer.token() < mark && marked != null) {
            found.add(Violation.of(
                    Rule.S3,
                    lock,
                    "the resource accepted token " + answer.token() + " of " + answer.who() + " after it had seen "
                            + mark,
                    List.of(marked, answer)));
        }
        if (answer.token() >= mark) {
            mark = answer.token();
            marked = answer;
        }
        if (answer.kind() == Kind.WROTE) {
            if (known && written != null && answer.value() != value + 1) {
                found.add(Violation.of(
                        Rule.S3,
                        lock,
                        answer.who() + " overwrote the accepted update of " + written.who() + ": it wrote "
                                + answer.value() + " over " + value,
                        List.of(written, answer)));
            }
            written = answer;
        }
        value = answer.value();
        known = true;
    }
}
