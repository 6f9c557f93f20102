package dev.holdfast.lock;

import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * State of one lease: HELD, then LOST or RELEASED, both for good. The lock guards the transitions and the listeners; no
 * I/O and no callback runs under it.
 */
final class HeldLease {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final int FRAMES_KEPT = 8;

    private enum State {
        HELD,
        LOST,
        RELEASED
    }

    private final Engine engine;
    private final Grant grant;
    private final LockOptions options;
    private final long grantedAt;
    private final List<StackWalker.StackFrame> acquiredAt;
    private final CompletableFuture<ReleaseOutcome> released = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state = State.HELD;
    private volatile long deadline;
    private volatile boolean abandoned;
    private volatile boolean warned;
    private @Nullable LossReason lossReason;
    private List<Consumer<Loss>> listeners = List.of();

    HeldLease(Engine engine, Grant grant, LockOptions options) {
        this.engine = engine;
        this.grant = grant;
        this.options = options;
        this.grantedAt = engine.now();
        this.deadline = deadlineOf(grant.validFrom(), grant.leaseTime());
        this.acquiredAt = StackWalker.getInstance()
                .walk(frames -> frames.filter(f -> !f.getClassName().startsWith("dev.holdfast.lock."))
                        .limit(FRAMES_KEPT)
                        .toList());
    }

    /** Conservative: from before the request was sent, less what clocks may differ in rate (rules S4, D2). */
    private long deadlineOf(long validFrom, Duration leaseTime) {
        long byLease = validFrom + usableNanos(leaseTime);
        if (options.maxHold().isEmpty()) {
            return byLease;
        }
        long byMaxHold = grantedAt + Durations.saturatedNanos(options.maxHold().get());
        return byMaxHold - byLease < 0 ? byMaxHold : byLease;
    }

    static long usableNanos(Duration leaseTime) {
        long nanos = leaseTime.toNanos();
        return nanos - Math.max(TimeUnit.MILLISECONDS.toNanos(2), nanos / 100);
    }

    Grant grant() {
        return grant;
    }

    String name() {
        return grant.name().value();
    }

    long token() {
        return grant.token();
    }

    boolean isHeld() {
        return state == State.HELD && !lapsed();
    }

    /** Whether the deadline has passed; the lease is lost then, before anybody can be told that it is held. */
    private boolean lapsed() {
        if (engine.now() - deadline < 0) {
            return false;
        }
        lose(atMaxHold() ? LossReason.MAX_HOLD : LossReason.DEADLINE);
        return true;
    }

    private boolean atMaxHold() {
        return options.maxHold().isPresent()
                && engine.now() - grantedAt
                        >= Durations.saturatedNanos(options.maxHold().get());
    }

    Duration remaining() {
        long left = deadline - engine.now();
        return state == State.HELD && left > 0 ? Duration.ofNanos(left) : Duration.ZERO;
    }

    void ensureHeld() {
        if (!isHeld()) {
            throw new LeaseLostException(this + " is not held any more", null);
        }
    }

    boolean renewable() {
        return state == State.HELD && options.renewal() && !abandoned;
    }

    long deadline() {
        return deadline;
    }

    /** Loses the lease if its deadline has passed; whether it is still held. */
    boolean sweep() {
        return state == State.HELD && !lapsed();
    }

    boolean isLost() {
        return !isHeld() && state == State.LOST;
    }

    void renewed(Renewal outcome) {
        if (outcome instanceof Renewal.Lost lost) {
            lose(lost.reason());
        } else if (outcome instanceof Renewal.Renewed renewed && state == State.HELD && !lapsed()) {
            extend(renewed);
        }
    }

    private void extend(Renewal.Renewed renewed) {
        long extended = deadlineOf(renewed.validFrom(), renewed.leaseTime());
        lock.lock();
        try {
            // Between the check of the deadline and here the process may have paused beyond it: a lease that has
            // lapsed stays lost even if the store renewed it in time (rule S7).
            if (state == State.HELD && engine.now() - deadline < 0 && extended - deadline > 0) {
                deadline = extended;
            }
        } finally {
            lock.unlock();
        }
        warnIfHeldLong();
    }

    private void warnIfHeldLong() {
        long limit = Durations.saturatedNanos(engine.options().warnAfter());
        if (limit > 0 && !warned && engine.now() - grantedAt > limit) {
            warned = true;
            LOG.warn(
                    "{} has been held for more than {}; acquired at {}",
                    this,
                    engine.options().warnAfter(),
                    acquiredAt);
        }
    }

    void renew() {
        ensureHeld();
        engine.renewNow(this);
        ensureHeld();
    }

    void lose(LossReason reason) {
        List<Consumer<Loss>> told;
        lock.lock();
        try {
            if (state != State.HELD) {
                return;
            }
            state = State.LOST;
            lossReason = reason;
            told = listeners;
            listeners = List.of();
        } finally {
            lock.unlock();
        }
        Loss loss = new Loss(name(), token(), reason);
        told.forEach(listener -> engine.callbacks().run(() -> listener.accept(loss)));
        engine.ended(this, reason);
    }

    void onLost(Consumer<Loss> listener) {
        LossReason already;
        lock.lock();
        try {
            if (state == State.HELD) {
                List<Consumer<Loss>> more = new ArrayList<>(listeners);
                more.add(listener);
                listeners = List.copyOf(more);
                return;
            }
            already = lossReason;
        } finally {
            lock.unlock();
        }
        if (already != null) {
            Loss loss = new Loss(name(), token(), already);
            engine.callbacks().run(() -> listener.accept(loss));
        }
    }

    ReleaseOutcome release() {
        if (!leaveHeld()) {
            return state == State.LOST ? ReleaseOutcome.NOT_HELD : released.join();
        }
        ReleaseOutcome outcome = ReleaseOutcome.UNKNOWN;
        try {
            outcome = engine.release(this);
        } finally {
            released.complete(outcome);
        }
        return outcome;
    }

    /** For a client that closes: ends the lease here; the caller has released it in the store, with this outcome. */
    boolean leaveHeld() {
        if (state != State.HELD || lapsed()) {
            return false;
        }
        lock.lock();
        try {
            if (state != State.HELD) {
                return false;
            }
            // Before the request is sent: no renewal may follow a release (rule S7).
            state = State.RELEASED;
            listeners = List.of();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void releasedByClose(ReleaseOutcome outcome) {
        released.complete(outcome);
    }

    /** How long a release still has to hold the lock back. */
    long minHoldLeftNanos() {
        return grantedAt + Durations.saturatedNanos(options.minHold()) - engine.now();
    }

    /** The lease object was collected without a release: stop renewing, say where it came from, let it lapse. */
    void forgotten() {
        if (state == State.HELD) {
            abandoned = true;
            LOG.warn("{} was never released and is no longer reachable; acquired at {}", this, acquiredAt);
        }
    }

    @Override
    public String toString() {
        return "Lease[" + name() + ", token " + token() + ", " + state + ", " + engine.store() + "]";
    }
}
