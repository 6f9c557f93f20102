package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The answers to one request that went to every server. Safe for use by several threads. */
final class RedlockTally<T> {
    private final RedlockNodes nodes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Integer, T> answers = new TreeMap<>();
    private final Map<Integer, StoreException> failures = new TreeMap<>();

    RedlockTally(RedlockNodes nodes) {
        this.nodes = nodes;
    }

    void answered(int node, T answer) {
        note(() -> answers.put(node, answer));
    }

    void failed(int node, StoreException failure) {
        note(() -> failures.put(node, failure));
    }

    private void note(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The answers by server, so far. */
    Map<Integer, T> answers() {
        lock.lock();
        try {
            return new TreeMap<>(answers);
        } finally {
            lock.unlock();
        }
    }

    List<StoreException> failures() {
        lock.lock();
        try {
            return new ArrayList<>(failures.values());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the answers are enough, or every server has answered or failed, or time is up. One that did not even
     * answer before is not waited for once a majority has answered. Whoever has not answered by then is left to finish.
     */
    void await(Predicate<Map<Integer, T>> enough, Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!enough.test(answers) && !complete()) {
                long left = deadline.nanos();
                if (left <= 0) {
                    for (int i = 0; i < nodes.size(); i++) {
                        if (isOpen(i)) {
                            nodes.node(i).fellSilent();
                        }
                    }
                    return;
                }
                changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #await}, also on a thread that was interrupted, which then stays so. */
    void awaitUninterrupted(Predicate<Map<Integer, T>> enough, Deadline deadline) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    await(enough, deadline);
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean complete() {
        boolean majority = answers.size() >= nodes.majority();
        for (int i = 0; i < nodes.size(); i++) {
            if (isOpen(i) && !(majority && nodes.node(i).isSilent())) {
                return false;
            }
        }
        return true;
    }

    private boolean isOpen(int node) {
        return !answers.containsKey(node) && !failures.containsKey(node);
    }
}
