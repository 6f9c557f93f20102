package dev.holdfast.lock.stores;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Which members of a cluster are cut off from their peers. Safe for use by several threads. */
final class PeerCut implements AutoCloseable {
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** By the number of the member: the name under which it speaks to its peers. */
    private final Map<Integer, String> isolated = new HashMap<>();

    private boolean closed;

    void isolate(int member, String peerName) {
        change(() -> isolated.put(member, peerName));
    }

    /** Nobody is cut off any more. */
    void heal() {
        change(isolated::clear);
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

    /**
     * Waits until bytes may pass between these two.
     *
     * @param sender the peer name of whoever connected; one that is not known passes unless the other end is cut off
     * @param receiver the number of the member that was connected to
     * @return false when the cluster is closed, and nothing passes ever again
     */
    boolean awaitPassage(String sender, int receiver) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && (isolated.containsKey(receiver) || isolated.containsValue(sender))) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        change(() -> closed = true);
    }
}
