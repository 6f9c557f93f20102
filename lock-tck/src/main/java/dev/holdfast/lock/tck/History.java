package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Event.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What contenders for locks did, event by event, in a file to which several JVMs of one host append. An event is on its
 * way to the disk before its contender goes on, so a killed contender leaves a history that ends where it ended; a last
 * line that a kill cut short is ignored. Safe for use by several threads.
 */
public final class History implements AutoCloseable {
    /**
     * A history as read.
     *
     * @param attempts every acquire with the events of its lease, in the order of their invocation
     * @param stalls times at which a process did not run
     */
    public record Recorded(List<Attempt> attempts, List<Event> stalls) {
        /** Only these attempts. */
        public Recorded {
            attempts = attempts.stream()
                    .sorted(Comparator.comparingLong(Attempt::invoked))
                    .toList();
            stalls = List.copyOf(stalls);
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

    /** Appends an event; it is written when this returns. */
    public void add(Event event) {
        try {
            // One write of a whole line: O_APPEND keeps the lines of several processes apart.
            file.write(ByteBuffer.wrap((event.encoded() + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to the history", e);
        }
    }

    /** What this file holds. */
    public static Recorded read(Path path) throws IOException {
        List<Event> events = new ArrayList<>();
        boolean whole = endsWithLine(path);
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            String line = lines.readLine();
            while (line != null) {
                String next = lines.readLine();
                if (next != null || whole) {
                    events.add(Event.decoded(line));
                }
                line = next;
            }
        }
        return of(events);
    }

    private static boolean endsWithLine(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return file.size() > 0 && file.read(last, file.size() - 1) == 1 && last.get(0) == '\n';
        }
    }

    /** What these events say, in the order in which they were written. */
    public static Recorded of(List<Event> events) {
        Map<String, Attempt> asking = new HashMap<>();
        Map<String, Attempt> leases = new HashMap<>();
        List<Attempt> attempts = new ArrayList<>();
        List<Event> stalls = new ArrayList<>();
        for (Event event : events) {
            if (event.kind() == Kind.STALLED) {
                stalls.add(event);
            } else if (event.kind() == Kind.INVOKED) {
                Attempt attempt = new Attempt(event);
                attempts.add(attempt);
                asking.put(event.who(), attempt);
            } else {
                // A loss is told on another thread, perhaps when its contender has gone on: the token says whose it is.
                String lease = event.who() + " " + event.lock() + " " + event.token();
                Attempt attempt = event.token() == 0 ? asking.get(event.who()) : leases.get(lease);
                if (attempt == null) {
                    attempt = asking.get(event.who());
                }
                if (attempt == null) {
                    throw new IllegalArgumentException("nobody asked before " + event.encoded());
                }
                attempt.add(event);
                if (event.kind() == Kind.GRANTED) {
                    leases.put(lease, attempt);
                }
            }
        }
        return new Recorded(attempts, stalls);
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
