package dev.holdfast.lock.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fenced counter in a file, which several JVMs of one host can share: the oracle for lost updates (S3). Each call is
 * one atomic step; an increment takes two, {@link #read} and {@link #write}, so two increments side by side lose one of
 * them unless the lock or the token keeps them apart. The final value must equal the number of accepted writes.
 *
 * <p>Reading raises the mark as writing does. A resource that sees the token only in the write accepts a stale write
 * before the new holder's first one, and so loses an update with perfect tokens (rule F7).
 */
public final class LostUpdate implements AutoCloseable {
    private static final int BYTES = 4 * Long.BYTES;

    // A FileLock excludes other JVMs only; threads of this one, also of other instances, are kept apart by this.
    private static final ReentrantLock IN_THIS_JVM = new ReentrantLock();

    private final FileChannel file;

    private LostUpdate(FileChannel file) {
        this.file = file;
    }

    /** The counter in this file; zero if the file is new. */
    public static LostUpdate in(Path path) {
        try {
            return new LostUpdate(FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the counter " + path, e);
        }
    }

    private record State(long mark, long value, long accepted, long steps) {}

    /**
     * What became of a read or write.
     *
     * @param accepted whether the token was not below the mark
     * @param value what was read or written; 0 if it was rejected
     * @param step its number among all that were accepted, from 1 on; 0 if it was rejected
     */
    public record Access(boolean accepted, long value, long step) {
        private static final Access REJECTED = new Access(false, 0, 0);
    }

    private interface Step<T> {
        T on(State state) throws IOException;
    }

    /** The value, for a holder with this token; empty if a higher token was seen. Raises the mark. */
    public OptionalLong read(long token) {
        Access access = accessForRead(token);
        return access.accepted() ? OptionalLong.of(access.value()) : OptionalLong.empty();
    }

    /** As {@link #read}, with the place of the read in the order of all that were accepted. */
    public Access accessForRead(long token) {
        return atomically(state -> {
            if (token < state.mark()) {
                return Access.REJECTED;
            }
            store(new State(token, state.value(), state.accepted(), state.steps() + 1));
            return new Access(true, state.value(), state.steps() + 1);
        });
    }

    /** Sets the value, for a holder with this token; false if a higher token was seen. */
    public boolean write(long token, long value) {
        return accessForWrite(token, value).accepted();
    }

    /** As {@link #write}, with the place of the write in the order of all that were accepted. */
    public Access accessForWrite(long token, long value) {
        return atomically(state -> {
            if (token < state.mark()) {
                return Access.REJECTED;
            }
            store(new State(token, value, state.accepted() + 1, state.steps() + 1));
            return new Access(true, value, state.steps() + 1);
        });
    }

    /** One increment in two steps; whether it was accepted. */
    public boolean increment(long token) {
        OptionalLong seen = read(token);
        return seen.isPresent() && write(token, seen.getAsLong() + 1);
    }

    /** The value, read by nobody in particular. */
    public long value() {
        return atomically(State::value);
    }

    /** How many writes were accepted. */
    public long accepted() {
        return atomically(State::accepted);
    }

    private <T> T atomically(Step<T> step) {
        IN_THIS_JVM.lock();
        try (FileLock lock = file.lock()) {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES);
            boolean fresh = file.read(bytes, 0) < BYTES;
            bytes.flip();
            return step.on(fresh ? new State(0, 0, 0, 0) : stored(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("the counter cannot be read or written", e);
        } finally {
            IN_THIS_JVM.unlock();
        }
    }

    private static State stored(ByteBuffer bytes) {
        return new State(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    private void store(State state) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(state.mark())
                .putLong(state.value())
                .putLong(state.accepted())
                .putLong(state.steps())
                .flip();
        file.write(bytes, 0);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the counter", e);
        }
    }
}
