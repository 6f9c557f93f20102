package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * One try of one acquire, under an id of its own, and what each server may have of it. A try that did not end in a
 * grant is taken back and never repeated: its tombstones refuse what arrives of it late. The ticket of a grant. Safe
 * for use by several threads.
 */
final class RedlockRound {
    /** This server has nothing of the try. */
    private static final long NOTHING = 0;

    /** The request to this server has no answer yet, or will never have one. */
    private static final long UNANSWERED = -1;

    private final String key;
    private final String holder;
    private final long begun;
    private final AtomicLongArray nodes;
    private volatile long token;
    private volatile @Nullable RedlockWithdrawal withdrawal;

    RedlockRound(String key, String holder, long begun, int size) {
        this.key = key;
        this.holder = holder;
        this.begun = begun;
        this.nodes = new AtomicLongArray(size);
    }

    /** The lock's key. */
    String key() {
        return key;
    }

    /** What stands for this try in the servers. */
    String holder() {
        return holder;
    }

    /** When it was first sent. */
    long begun() {
        return begun;
    }

    /** The token of the grant that it ended in, or 0. */
    long token() {
        return token;
    }

    void granted(long granted) {
        token = granted;
    }

    /** Before the first request is sent. */
    void sending() {
        for (int i = 0; i < nodes.length(); i++) {
            nodes.compareAndSet(i, NOTHING, UNANSWERED);
        }
    }

    /** One request that may grant, and what is known after it. */
    List<Long> enter(int node, Entering request) throws InterruptedException {
        List<Long> reply;
        try {
            reply = request.send();
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.UNKNOWN) {
                nodes.set(node, UNANSWERED);
            } else {
                nodes.compareAndSet(node, UNANSWERED, NOTHING);
            }
            throw e;
        }
        long given = RedlockVote.isGrant(reply) ? RedlockVote.value(reply) : NOTHING;
        // Nothing, if it has been taken back meanwhile: then the grant came before that, and went with it.
        if (!nodes.compareAndSet(node, UNANSWERED, given) && nodes.get(node) != NOTHING) {
            nodes.set(node, given);
        }
        RedlockWithdrawal over = withdrawal;
        if (over != null) {
            over.later(this, node);
        }
        return reply;
    }

    /** Sends one request. */
    @FunctionalInterface
    interface Entering {
        List<Long> send() throws InterruptedException;
    }

    /** From now on, whatever a server is found to have of it is taken back. */
    void withdrawnBy(RedlockWithdrawal by) {
        withdrawal = by;
    }

    /** Whether this server may have something of the try. */
    boolean mayBeAt(int node) {
        return nodes.get(node) != NOTHING;
    }

    boolean isUnanswered(int node) {
        return nodes.get(node) == UNANSWERED;
    }

    /** The token that this server gave, or 0 if that is not known or it gave none. */
    long tokenAt(int node) {
        return Math.max(0, nodes.get(node));
    }

    void raised(int node, long raised) {
        nodes.set(node, raised);
    }

    /** A request that changes the token has no answer. */
    void unsure(int node) {
        nodes.set(node, UNANSWERED);
    }

    void gone(int node) {
        nodes.set(node, NOTHING);
    }

    /** How many servers certainly have nothing of it. */
    int clean() {
        int clean = 0;
        for (int i = 0; i < nodes.length(); i++) {
            clean += nodes.get(i) == NOTHING ? 1 : 0;
        }
        return clean;
    }
}
