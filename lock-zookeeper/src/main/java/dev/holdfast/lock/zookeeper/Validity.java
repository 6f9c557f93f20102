package dev.holdfast.lock.zookeeper;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * From when a session's timer is known to run: {@code validFrom} of every grant of the session (rule S4).
 *
 * <p>On a single server each answered request has restarted the timer. In an ensemble the timer is the leader's, and a
 * follower reports its clients only in its answers to the leader's pings, every half tick. It takes two writes to know
 * that it has. The commit of the first comes behind every ping that the leader sent before, so a request that was
 * answered half a tick before this write was sent is in an answer to a ping by the time the write is answered. The
 * second write, sent after that, reaches the leader behind the follower's answer. One write is not enough: the ping may
 * stall on its way and be answered after it (docs/model.md).
 *
 * <p>Half a tick is at most a quarter of the session timeout (a server grants no less than two ticks); 0.3 leaves room
 * for a late ping. Thread safe.
 */
final class Validity {
    private static final int MOST = 16;

    private record Sample(long sent, long answered) {}

    /**
     * A write that was answered.
     *
     * @param reported sending of the latest request that the follower had reported, or was about to, by then
     */
    private record Write(long answered, long reported) {}

    private final long spacing;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Deque<Write> writes = new ArrayDeque<>();
    private boolean known;
    private long validFrom;

    Validity(Duration leaseTime) {
        this.spacing = leaseTime.toNanos() / 10 * 3;
    }

    /** The session was (re)opened by a connect begun at {@code sent}, which the leader handles itself. */
    void connected(long sent) {
        lock.lock();
        try {
            raise(sent);
        } finally {
            lock.unlock();
        }
    }

    /** Another connection, perhaps to another follower: what the former one saw need not have been reported. */
    void newConnection() {
        lock.lock();
        try {
            samples.clear();
            writes.clear();
        } finally {
            lock.unlock();
        }
    }

    /** A request that was sent at {@code sent} has been answered by a single server. */
    void answeredBySingleServer(long sent) {
        connected(sent);
    }

    /**
     * A request of the present connection, sent at {@code sent}, has been answered by an ensemble before {@code now}.
     */
    void answeredByEnsemble(long sent, long now, boolean write) {
        lock.lock();
        try {
            if (write) {
                written(sent, now);
            }
            Sample last = samples.peekLast();
            if (last == null || sent - last.sent >= spacing / 8) {
                samples.addLast(new Sample(sent, now));
            }
            if (samples.size() > MOST) {
                samples.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    private void written(long sent, long now) {
        writes.stream()
                .filter(earlier -> sent - earlier.answered >= 0)
                .reduce((older, newer) -> newer)
                .ifPresent(earlier -> raise(earlier.reported));
        samples.stream()
                .filter(sample -> sent - sample.answered >= spacing)
                .reduce((older, newer) -> newer)
                .ifPresent(sample -> writes.addLast(new Write(now, sample.sent)));
        if (writes.size() > MOST) {
            writes.removeFirst();
        }
    }

    /** Empty while nothing is known. */
    OptionalLong validFrom() {
        lock.lock();
        try {
            return known ? OptionalLong.of(validFrom) : OptionalLong.empty();
        } finally {
            lock.unlock();
        }
    }

    private void raise(long sent) {
        if (!known || sent - validFrom > 0) {
            validFrom = sent;
            known = true;
        }
    }
}
