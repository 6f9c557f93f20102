package dev.holdfast.lock.memory;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.util.Set;

/** Provider of {@code memory:} (a store of its own for each client) and {@code memory:NAME} (shared in the JVM). */
public final class MemoryLocks implements LockProvider {
    /** For {@link java.util.ServiceLoader}. */
    public MemoryLocks() {}

    @Override
    public Set<String> schemes() {
        return Set.of("memory");
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public LockDriver open(LockUrl url, DriverContext context) {
        if (!url.hosts().isEmpty()) {
            throw new IllegalArgumentException("a memory URL is memory: or memory:NAME, without hosts");
        }
        for (String parameter : url.parameters().keySet()) {
            if (parameter.startsWith("client.")) {
                throw new IllegalArgumentException("memory: has no client library, so no parameter " + parameter);
            }
        }
        MemoryStore store = url.path().isEmpty() ? new MemoryStore() : MemoryStore.named(url.path());
        return new MemoryDriver(store, context);
    }
}
