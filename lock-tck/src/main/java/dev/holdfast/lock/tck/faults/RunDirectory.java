package dev.holdfast.lock.tck.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the processes of a run write: below {@code target}, or among the temporary files where there is none. It stays,
 * unless the run had no findings.
 */
final class RunDirectory implements AutoCloseable {
    private final Path path;
    private boolean discarded;

    private RunDirectory(Path path) {
        this.path = path;
    }

    static RunDirectory create() throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        return new RunDirectory(
                Files.isDirectory(target)
                        ? Files.createTempDirectory(target, "holdfast-faults")
                        : Files.createTempDirectory("holdfast-faults"));
    }

    Path path() {
        return path;
    }

    /** Nobody will want to read it: it goes when this is closed. */
    void discard() {
        discarded = true;
    }

    boolean isKept() {
        return !discarded;
    }

    @Override
    public void close() throws IOException {
        if (discarded) {
            delete(path);
        }
    }

    /** Removes what a run has kept. */
    static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
