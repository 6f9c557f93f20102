package dev.holdfast.lock;

import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What other threads hand in to an acquire that waits: a pushed grant, a nudge to look, a loss that comes before the
 * lease exists. Once shut it takes no grant, so that every grant has exactly one owner: the acquire that took it, or
 * the caller of {@link #offer}, who gives it back.
 */
final class Mailbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Runnable wake = changed::signalAll;
    private @Nullable Grant pushed;
    private @Nullable LossReason lost;
    private boolean nudged;
    private boolean shut;

    boolean offer(Grant grant) {
        lock.lock();
        try {
            if (shut) {
                return false;
            }
            pushed = grant;
            wake.run();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void nudge() {
        lock.lock();
        try {
            nudged = true;
            wake.run();
        } finally {
            lock.unlock();
        }
    }

    void lost(LossReason reason) {
        lock.lock();
        try {
            lost = reason;
        } finally {
            lock.unlock();
        }
    }

    /** Before an enter: a loss handed in until now is not that of the grant which the enter may bring. */
    void forgetLoss() {
        lock.lock();
        try {
            lost = null;
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    LossReason lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    Grant takePushed() {
        lock.lock();
        try {
            Grant grant = pushed;
            pushed = null;
            return grant;
        } finally {
            lock.unlock();
        }
    }

    boolean takeNudge() {
        lock.lock();
        try {
            boolean look = nudged;
            nudged = false;
            return look;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when something is handed in or the time has passed. */
    void await(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (pushed == null && !nudged && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What to do, instead of waking a waiting thread, when something is handed in; must not block. */
    void onChange(Runnable action) {
        lock.lock();
        try {
            wake = action;
        } finally {
            lock.unlock();
        }
    }

    void shut() {
        lock.lock();
        try {
            shut = true;
        } finally {
            lock.unlock();
        }
    }
}
