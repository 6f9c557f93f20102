package dev.holdfast.lock.memory;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A store in this JVM whose troubles a test can cause. Safe for use by several threads.
 *
 * <pre>{@code
 * MemoryStore store = new MemoryStore();
 * try (LockClient locks = store.client(); Lease lease = locks.named("job").acquire()) {
 *     store.expire("job");            // the lease is lost now
 *     store.unavailable(true);        // every request fails now
 * }
 * }</pre>
 */
public final class MemoryStore {
    private static final Map<String, MemoryStore> NAMED = new ConcurrentHashMap<>();

    /** Which lock or register of which namespace. */
    record Key(String namespace, String name) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, MemoryLock> locks = new HashMap<>();
    private final Map<Key, MemoryRegisters.Register> registers = new HashMap<>();
    private long advancedNanos;
    private volatile boolean unavailable;

    /** A store of its own. */
    public MemoryStore() {}

    /** The store that {@code memory:NAME} opens; the same one for the same name, for the life of the JVM. */
    public static MemoryStore named(String name) {
        return NAMED.computeIfAbsent(name, unused -> new MemoryStore());
    }

    /** A client of this store with default options. */
    public LockClient client() {
        return client(ClientOptions.defaults());
    }

    /** A client of this store; close it after use. */
    public LockClient client(ClientOptions options) {
        return Locks.over(options, context -> new MemoryDriver(this, context));
    }

    /** Ends the current grant of this lock in every namespace; its holder is told, the next waiter is granted. */
    public void expire(String lockName) {
        lock.lock();
        try {
            locks.forEach((key, state) -> {
                if (key.name().equals(lockName)) {
                    state.expireNow(now());
                }
            });
        } finally {
            lock.unlock();
        }
    }

    /** While true, every request fails without having been executed. */
    public void unavailable(boolean failing) {
        this.unavailable = failing;
    }

    /** Moves the store's clock forward: grants whose time has come lapse now, and their holders are told. */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time only moves forward, not by " + time);
        }
        lock.lock();
        try {
            advancedNanos += time.toNanos();
            locks.values().forEach(state -> state.grantNext(now()));
        } finally {
            lock.unlock();
        }
    }

    boolean unavailable() {
        return unavailable;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** Under the lock. */
    MemoryLock at(Key key) {
        return locks.computeIfAbsent(key, unused -> new MemoryLock());
    }

    /** Under the lock: what was written; locks come and go beside it. */
    Map<Key, MemoryRegisters.Register> registers() {
        return registers;
    }

    /** Under the lock: the store's clock, in nanoseconds. */
    long now() {
        return System.nanoTime() + advancedNanos;
    }

    /** Under the lock: by how many microseconds {@link #advance} has moved the clock. */
    long advancedMicros() {
        return advancedNanos / 1_000;
    }
}
