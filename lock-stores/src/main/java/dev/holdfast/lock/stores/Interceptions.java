package dev.holdfast.lock.stores;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Predicate;

/** Which requests of clients a {@link FaultProxy} is to single out; confined to the proxy's thread. */
final class Interceptions {
    private final Deque<LostReply> losing = new ArrayDeque<>();
    private final Deque<LostReply> detaining = new ArrayDeque<>();

    void lose(int count, LostReply which) {
        for (int i = 0; i < count; i++) {
            losing.add(which);
        }
    }

    void detain(LostReply which) {
        detaining.add(which);
    }

    void clear() {
        losing.clear();
        detaining.clear();
    }

    /** The test for the answer to this chunk, when that one is to be lost. */
    Optional<Predicate<byte[]>> losesAnswerTo(byte[] chunk) {
        for (Iterator<LostReply> each = losing.iterator(); each.hasNext(); ) {
            Optional<Predicate<byte[]>> answer = each.next().match(chunk);
            if (answer.isPresent()) {
                each.remove();
                return answer;
            }
        }
        return Optional.empty();
    }

    /** Whether this chunk is to be held back. */
    boolean detains(byte[] chunk) {
        for (Iterator<LostReply> each = detaining.iterator(); each.hasNext(); ) {
            if (each.next().match(chunk).isPresent()) {
                each.remove();
                return true;
            }
        }
        return false;
    }
}
