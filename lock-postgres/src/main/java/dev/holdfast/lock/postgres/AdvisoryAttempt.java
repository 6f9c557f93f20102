package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.LockName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One try for one acquire on the shared session. It is sent once, however often the acquire asks meanwhile, and not at
 * all if its caller gave up before.
 */
final class AdvisoryAttempt {
    private enum State {
        QUEUED,
        SENT,
        WITHDRAWN
    }

    private final LockName name;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
    private final CompletableFuture<Boolean> granted = new CompletableFuture<>();
    private volatile boolean left;

    AdvisoryAttempt(AcquireRequest request) {
        this.name = request.name();
    }

    LockName name() {
        return name;
    }

    /** Whether the lock was granted; fails like a request of a session, or of its opening. */
    CompletableFuture<Boolean> granted() {
        return granted;
    }

    /** Whether the caller is the one who starts it. */
    boolean start() {
        return started.compareAndSet(false, true);
    }

    /** Whether to send it now. */
    boolean begin() {
        return state.compareAndSet(State.QUEUED, State.SENT);
    }

    /** Whether it has not been sent, and never will be. */
    boolean withdraw() {
        return state.compareAndSet(State.QUEUED, State.WITHDRAWN) || state.get() == State.WITHDRAWN;
    }

    /** The acquire is over: a grant goes back. */
    void leave() {
        left = true;
    }

    boolean left() {
        return left;
    }
}
