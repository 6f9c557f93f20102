package dev.holdfast.lock.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What contenders for one lock did, event by event, in a file to which several JVMs of one host append. An event is on
 * its way to the disk before its contender goes on, so a killed contender leaves a history that ends where it ended; a
 * last line that a kill cut short is ignored. Times are {@link System#nanoTime()}, comparable across the JVMs of a
 * host. Safe for use by several threads.
 */
public final class History implements AutoCloseable {
    /**
     * One acquire and what became of it.
     *
     * @param contender who
     * @param invoked before the call of acquire
     * @param returned after it returned a lease; meaningless without
     * @param token of the lease; 0 if there was none, for whatever reason
     * @param lastHeld before the last call of {@code isHeld()} that said so; the end of the claim interval
     * @param known whether the outcome of the acquire is known
     */
    public record Attempt(String contender, long invoked, long returned, long token, long lastHeld, boolean known) {
        /** Whether this is a grant, and so claims an interval. */
        public boolean granted() {
            return token > 0;
        }
    }

    private final FileChannel file;

    private History(FileChannel file) {
        this.file = file;
    }

    /** Appends to this file; it is created if need be. */
    public static History appendTo(Path path) {
        try {
            return new History(FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the history " + path, e);
        }
    }

    /** The contender asks for the lock. */
    public void invoked(String contender, long nanos) {
        append("invoked " + contender + " " + nanos);
    }

    /** The contender has a lease. */
    public void granted(String contender, long nanos, long token) {
        append("granted " + contender + " " + nanos + " " + token);
    }

    /** The lease of the contender said that it is held, when asked after this time. */
    public void held(String contender, long nanos) {
        append("held " + contender + " " + nanos);
    }

    /** The contender asked and did not get a lease; the store has answered. */
    public void refused(String contender) {
        append("refused " + contender);
    }

    /** The contender asked and cannot know what became of it. */
    public void unknown(String contender) {
        append("unknown " + contender);
    }

    private void append(String event) {
        try {
            // One write of a whole line: O_APPEND keeps the lines of several processes apart.
            file.write(ByteBuffer.wrap((event + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to the history", e);
        }
    }

    /** The attempts in this file, in the order in which they were begun. */
    public static List<Attempt> read(Path path) throws IOException {
        String text = Files.readString(path);
        int end = text.lastIndexOf('\n');
        List<Attempt> attempts = new ArrayList<>();
        Map<String, Attempt> open = new LinkedHashMap<>();
        for (String line : text.substring(0, end + 1).split("\n", 0)) {
            if (line.isEmpty()) {
                continue;
            }
            String[] event = line.split(" ", -1);
            String contender = event[1];
            if (event[0].equals("invoked")) {
                // Until its outcome is read, an attempt is one of unknown outcome.
                Attempt begun = new Attempt(contender, Long.parseLong(event[2]), 0, 0, 0, false);
                close(open.put(contender, begun), attempts);
            } else {
                open.computeIfPresent(contender, (c, attempt) -> next(attempt, event));
            }
        }
        open.values().forEach(attempt -> close(attempt, attempts));
        attempts.sort(java.util.Comparator.comparingLong(Attempt::invoked));
        return attempts;
    }

    private static void close(@org.jspecify.annotations.Nullable Attempt attempt, List<Attempt> attempts) {
        if (attempt != null) {
            attempts.add(attempt);
        }
    }

    private static Attempt next(Attempt a, String[] event) {
        return switch (event[0]) {
            case "granted" -> {
                long returned = Long.parseLong(event[2]);
                yield new Attempt(a.contender(), a.invoked(), returned, Long.parseLong(event[3]), returned, true);
            }
            case "held" ->
                new Attempt(a.contender(), a.invoked(), a.returned(), a.token(), Long.parseLong(event[2]), true);
            case "refused" -> new Attempt(a.contender(), a.invoked(), 0, 0, 0, true);
            case "unknown" -> new Attempt(a.contender(), a.invoked(), 0, 0, 0, false);
            default -> throw new IllegalArgumentException("not an event of a history: " + String.join(" ", event));
        };
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
