package org.example.filelock;

import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.StoreException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A directory with one small file for each lock. Every step runs while this process alone has the file {@code guard}
 * locked, so steps of all processes are atomic and in one order. A file is replaced by a rename: a process that dies in
 * the middle of a step leaves the old content, and the operating system lets go of its lock.
 */
final class FileStore {
    private static final String FORMAT = "holdfast-file 1";
    private static final Duration PAUSE = Duration.ofNanos(200_000);

    /** A process cannot lock a file against itself, and loses its lock when it closes any other channel of the file. */
    private static final Map<Path, ReentrantLock> THIS_PROCESS = new ConcurrentHashMap<>();

    private final Path directory;
    private final ReentrantLock mutex;
    private final Clock clock = Clock.systemUTC();

    FileStore(Path directory) {
        this.directory = directory;
        this.mutex = THIS_PROCESS.computeIfAbsent(directory, path -> new ReentrantLock());
    }

    /** What one step does: reads and writes of {@code java.io}, which no interrupt breaks off half way. */
    interface Step<T> {
        T run() throws IOException;
    }

    /**
     * Runs a step alone, within this time. An interrupt does not break it off: it stays pending.
     *
     * @throws StoreException not executed if the guard was not to be had in time; unknown if the file system failed
     */
    <T> T alone(Duration timeout, Step<T> step) {
        long end = System.nanoTime() + timeout.toNanos();
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                if (mutex.tryLock()) {
                    try (RandomAccessFile guard =
                                    new RandomAccessFile(directory.resolve("guard").toFile(), "rw");
                            FileLock lock = guard.getChannel().tryLock()) {
                        if (lock != null) {
                            return step.run();
                        }
                    } catch (IOException e) {
                        throw StoreException.unknown("the directory " + directory + " fails: " + e, e);
                    } finally {
                        mutex.unlock();
                    }
                }
                interrupted |= Thread.interrupted();
                if (System.nanoTime() - end >= 0) {
                    throw StoreException.notExecuted("another process keeps " + directory + " locked", null);
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Refuses a directory that a later version has written, before anything is read from it (rule P4). */
    void checkFormat(Duration timeout) {
        String found = alone(timeout, () -> {
            Path file = directory.resolve("format");
            if (!Files.exists(file)) {
                replace(file, FORMAT);
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        });
        if (!found.equals(FORMAT)) {
            throw StoreException.refused(directory + " holds locks of format '" + found + "', not " + FORMAT, null);
        }
    }

    /** The clock that all processes share, in microseconds. Expiries are counted on it, deadlines never. */
    long now() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
    }

    /** Within a step: what is stored of this lock, with what has expired left out. */
    LockFile read(String namespace, LockName name) throws IOException {
        try (FileInputStream in = new FileInputStream(fileOf(namespace, name).toFile())) {
            return LockFile.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), now());
        } catch (FileNotFoundException e) {
            return LockFile.empty();
        }
    }

    /** Within a step: replaces what is stored of this lock. */
    void write(String namespace, LockName name, LockFile content) throws IOException {
        replace(fileOf(namespace, name), content.format());
    }

    private void replace(Path file, String content) throws IOException {
        Path draft = directory.resolve("draft"); // one is enough: there is one step at a time
        try (FileOutputStream out = new FileOutputStream(draft.toFile())) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A name may hold anything and be 512 bytes long, and file systems differ in case and encoding: so a digest. */
    private Path fileOf(String namespace, LockName name) {
        try {
            byte[] key = (namespace + "/" + name.value()).getBytes(StandardCharsets.UTF_8);
            return directory.resolve(
                    "lock-" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
