package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of this client for one lock, first come first served, and the seat that waits on the server for the first
 * of them. Guarded by the lock of {@link AdvisoryLines}.
 */
final class AdvisoryLine {
    private final LockName name;
    private final long key;
    final Deque<AcquisitionId> queue = new ArrayDeque<>();

    /** {@code null}: no session waits, the first waiter polls. */
    @Nullable
    AdvisorySeat seat;

    /** The server refuses to let a session wait; the first waiter finds out why. */
    boolean refused;

    /** Completes when nothing waits on the server for a line without waiters; {@code null} while it has some. */
    @Nullable
    CompletableFuture<Boolean> over;

    AdvisoryLine(LockName name, long key) {
        this.name = name;
        this.key = key;
    }

    LockName name() {
        return name;
    }

    long key() {
        return key;
    }
}
