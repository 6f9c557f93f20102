package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.util.Set;

/** A second provider of {@code memory:}, which rule P2 puts on a class path of its own. Registered nowhere. */
public final class TwinProvider implements LockProvider {
    /** For {@link java.util.ServiceLoader}. */
    public TwinProvider() {}

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
        throw new IllegalStateException("the twin was chosen over its sibling");
    }
}
