package dev.holdfast.lock.stores;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A wall clock for child processes that can be moved while they run; their monotonic clock is not touched. It works by
 * a small library, compiled once and preloaded into the processes, so it needs Linux and a C compiler, and does nothing
 * to programs that read the clock without the C library, such as those in Go.
 *
 * <p>Safe for use by several threads.
 */
public final class MovableClock implements AutoCloseable {
    private static final String SOURCE = Commands.resource("clock.c");
    private static final String COMPILE = "cat >clock.c && cc -shared -fPIC -O2 -o clock.so clock.c";

    private final Path library;
    private final Path file;

    /**
     * A clock that shows the real time.
     *
     * @throws StoreException when it is {@link #missing}
     */
    public MovableClock() {
        missing().ifPresent(why -> {
            throw new StoreException(why);
        });
        String version = Integer.toHexString(SOURCE.hashCode());
        this.library = new Cache(Settings.ofThisJvm())
                .directory(
                        "clock-" + System.getProperty("os.arch") + "-" + version,
                        COMPILE,
                        () -> new ByteArrayInputStream(SOURCE.getBytes(StandardCharsets.UTF_8)))
                .resolve("clock.so");
        try {
            this.file = Files.createTempFile(
                    "holdfast-clock-",
                    "",
                    // The account that runs PostgreSQL reads it.
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        } catch (IOException e) {
            throw new StoreException("cannot make the file of a clock", e);
        }
        move(Duration.ZERO);
    }

    /** Why there can be no such clock here, in one line; empty when there can. */
    public static Optional<String> missing() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("the clock of a process can be moved on Linux only");
        }
        return Commands.onPath("cc").isPresent()
                ? Optional.empty()
                : Optional.of("moving the clock of a process needs a C compiler: apt-get install gcc libc6-dev");
    }

    /** The variables under which a process lives in this time. */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "HOLDFAST_CLOCK", file.toString());
    }

    /** From now on the wall clock of the processes shows the real time plus this. */
    public void move(Duration offset) {
        ByteBuffer nanos =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, offset.toNanos());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(nanos, 0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot move the clock", e);
        }
    }

    /** Removes its file; what still runs under it keeps the time that it has. Idempotent. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file, e);
        }
    }
}
