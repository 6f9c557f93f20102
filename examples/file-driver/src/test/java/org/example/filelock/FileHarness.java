package org.example.filelock;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.tck.LockHarness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** A directory of its own, ready for the kit. */
final class FileHarness implements LockHarness {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String namespace = "holdfast-tck-" + UUID.randomUUID();
    private final Path directory;
    private final FileStore store;

    FileHarness(Path directory) {
        this.directory = directory;
        this.store = new FileStore(directory);
    }

    @Override
    public String store() {
        return "file";
    }

    @Override
    public String url() {
        return "file:" + directory + "?namespace=" + namespace;
    }

    @Override
    public Set<Claim> claims() {
        return Set.of(Claim.FIFO);
    }

    @Override
    public Duration shortestLease() {
        return Duration.ofSeconds(1);
    }

    /** Waiters poll every 80 ms at most. */
    @Override
    public Duration crashSlack() {
        return Duration.ofMillis(200);
    }

    /** Unlocks the rules about what is left behind (L3, S10). */
    @Override
    public Optional<List<String>> residue() {
        return Optional.of(store.alone(PATIENCE, () -> {
            List<String> left = new ArrayList<>();
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(each -> each.getFileName().toString().startsWith("lock-"))
                        .toList()) {
                    LockFile content = LockFile.parse(Files.readString(file, StandardCharsets.UTF_8), store.now());
                    content.holder().ifPresent(holder -> left.add("held: " + holder));
                    content.waiters().forEach(waiter -> left.add("waits: " + waiter));
                }
            }
            return left;
        }));
    }

    /** Unlocks the rules about grants that end early in the store (S5, S7, S8). */
    @Override
    public boolean expire(String lockName) {
        LockName name = new LockName(lockName);
        return store.alone(PATIENCE, () -> {
            store.write(namespace, name, store.read(namespace, name).withoutHolder());
            return true;
        });
    }

    /** In a new directory of the build, which goes with {@code mvn clean}. */
    static FileHarness underTarget() {
        try {
            Path target = Files.createDirectories(Path.of("target"));
            return new FileHarness(Files.createTempDirectory(target, "locks").toRealPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
