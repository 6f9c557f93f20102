package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Reads a history while it is written: who holds and who waits now, as far as is known. For one thread. */
final class HistoryTail implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private final FileChannel file;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    private final Map<String, String> holding = new HashMap<>(); // lock by contender
    private final Map<String, String> waiting = new HashMap<>();
    private final Map<String, Long> granted = new HashMap<>(); // last grant by lock
    private StringBuilder rest = new StringBuilder();

    HistoryTail(Path history) {
        try {
            file = FileChannel.open(history, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the history " + history, e);
        }
    }

    /** Reads what is new. */
    void catchUp() {
        try {
            for (chunk.clear(); file.read(chunk) > 0; chunk.clear()) {
                rest.append(StandardCharsets.US_ASCII.decode(chunk.flip()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the history", e);
        }
        int from = 0;
        for (int end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", from)) {
            String line = rest.substring(from, end);
            from = end + 1;
            note(line);
        }
        rest = new StringBuilder(rest.substring(from));
    }

    private void note(String line) {
        Event event = Event.decoded(line);
        switch (event.kind()) {
            case INVOKED -> waiting.put(event.who(), event.lock());
            case GRANTED -> {
                waiting.remove(event.who());
                holding.put(event.who(), event.lock());
                granted.put(event.lock(), event.nanos());
            }
            case REFUSED, UNKNOWN -> waiting.remove(event.who());
            case RELEASING, NOT_HELD -> holding.remove(event.who());
            default -> {}
        }
    }

    /** The locks that this process holds. */
    Set<String> heldBy(String process) {
        return of(process, holding);
    }

    /** The locks that this process waits for. */
    Set<String> wantedBy(String process) {
        return of(process, waiting);
    }

    private static Set<String> of(String process, Map<String, String> locks) {
        Set<String> found = new HashSet<>();
        locks.forEach((who, lock) -> {
            if (who.startsWith(process + "/")) {
                found.add(lock);
            }
        });
        return found;
    }

    /** Whether this lock was granted after that time. */
    boolean grantedSince(String lock, long nanos) {
        Long last = granted.get(lock);
        return last != null && last - nanos > 0;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the history", e);
        }
    }
}
