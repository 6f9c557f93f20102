package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.StoreException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Where requests wait for a link. Thread safe. */
final class LinkGate {
    private final ZooKeeperErrors errors;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable ZooKeeperLink link;
    private @Nullable StoreException refusal;
    private String problem = "no connection yet";
    private boolean closed;

    LinkGate(ZooKeeperErrors errors) {
        this.errors = errors;
    }

    /**
     * The link to send a request on, as soon as there is one.
     *
     * @param what the request, for messages
     * @param timed whether the session's timer has to be known
     * @throws StoreException not executed, if there is none in time; refused, if there will be none
     */
    ZooKeeperLink await(Deadline deadline, String what, boolean timed) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw errors.notSent(what, "the client is closed");
                }
                if (refusal != null) {
                    throw StoreException.refused(String.valueOf(refusal.getMessage()), refusal);
                }
                if (link != null && link.requests().live() && (link.timed() || !timed)) {
                    return link;
                }
                if (deadline.remainingNanos() == 0) {
                    throw errors.notSent(what, problem + ". Is the server running and reachable?");
                }
                long unused = changed.awaitNanos(deadline.remainingNanos());
            }
        } finally {
            lock.unlock();
        }
    }

    /** The present link, whether its session's timer is known or not. */
    @Nullable
    ZooKeeperLink current() {
        lock.lock();
        try {
            return link != null && link.requests().live() ? link : null;
        } finally {
            lock.unlock();
        }
    }

    void ready(ZooKeeperLink prepared) {
        change(() -> {
            link = prepared;
            refusal = null;
        });
    }

    /** Whether it was the present link, which it is no more. */
    boolean withdraw(ZooKeeperLink stale) {
        lock.lock();
        try {
            boolean present = link == stale;
            if (present) {
                link = null;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    /** Every request is refused until a link is ready. */
    void refuse(StoreException why) {
        change(() -> refusal = why);
    }

    /** For the message of a request that finds no link in time. */
    void trouble(String why) {
        change(() -> problem = why);
    }

    /** Something may have changed for those who wait. */
    void signal() {
        change(() -> {});
    }

    /** Whether it was open. */
    boolean close() {
        lock.lock();
        try {
            boolean open = !closed;
            closed = true;
            changed.signalAll();
            return open;
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
