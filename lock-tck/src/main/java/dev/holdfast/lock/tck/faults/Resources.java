package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.LostUpdate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the locks of a fault run protect: for each a fenced counter, and a plain one beside it to show what happens
 * without a fence. They are files of this host, so they survive whatever happens to the store.
 */
final class Resources implements AutoCloseable {
    private final Map<String, LostUpdate> fenced;
    private final Map<String, LostUpdate> plain;

    private Resources(Map<String, LostUpdate> fenced, Map<String, LostUpdate> plain) {
        this.fenced = fenced;
        this.plain = plain;
    }

    /** Those of these locks, whose names are names of files too. */
    static Resources in(Path directory, List<String> locks) {
        return new Resources(
                open(locks, lock -> directory.resolve(lock + ".fenced")),
                open(locks, lock -> directory.resolve(lock + ".plain")));
    }

    private static Map<String, LostUpdate> open(List<String> locks, Function<String, Path> file) {
        return locks.stream()
                .collect(Collectors.toUnmodifiableMap(lock -> lock, lock -> LostUpdate.in(file.apply(lock))));
    }

    LostUpdate fenced(String lock) {
        return of(fenced, lock);
    }

    /** It takes every token for the same one, so it rejects nobody. */
    LostUpdate plain(String lock) {
        return of(plain, lock);
    }

    private static LostUpdate of(Map<String, LostUpdate> counters, String lock) {
        LostUpdate counter = counters.get(lock);
        if (counter == null) {
            throw new IllegalArgumentException("no resource of " + lock);
        }
        return counter;
    }

    /** Accepted updates that the fenced counters lost. */
    long lost() {
        return lost(fenced);
    }

    /** Updates that the plain counters lost. */
    long lostWithoutFence() {
        return lost(plain);
    }

    private static long lost(Map<String, LostUpdate> counters) {
        return counters.values().stream()
                .mapToLong(counter -> counter.accepted() - counter.value())
                .sum();
    }

    @Override
    public void close() {
        fenced.values().forEach(LostUpdate::close);
        plain.values().forEach(LostUpdate::close);
    }
}
