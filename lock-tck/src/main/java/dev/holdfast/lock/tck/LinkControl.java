package dev.holdfast.lock.tck;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Power over the connection between clients and store: a proxy that the harness put in front of the store. Only clients
 * opened with {@link #url} pass through it. A new link is healed.
 */
public interface LinkControl {
    /** A request of a driver that a rule lets fail. */
    enum Operation {
        /** The request of an acquire that grants. */
        ACQUIRE,
        /** The request that renews a lease, or the session that carries it. */
        RENEW,
        /** The request of a release. */
        RELEASE
    }

    /** The URL of the store through the proxy, in the same namespace as {@link LockHarness#url()}. */
    String url();

    /**
     * From now on, the next request of this kind reaches the store and is executed there; its reply is dropped and its
     * connection cut. Once.
     */
    void loseNextReply(Operation operation);

    /**
     * From now on, the next request of this kind does not arrive: its connection is reset at the client, and the
     * request reaches the store only when the link is healed. Once.
     */
    default void detainNextRequest(Operation operation) {
        throw new NotApplicable("the proxy of this harness cannot hold a request back");
    }

    /** From now on what the store sends unasked, on connections of its own, is held back until the link is healed. */
    default void holdPushes() {
        throw new NotApplicable("the proxy of this harness cannot tell pushes from replies");
    }

    /** How many replies were lost on demand so far; empty if nobody counts. */
    default OptionalLong repliesLost() {
        return OptionalLong.empty();
    }

    /** From now on every chunk of bytes in either direction is delayed by this; zero for not at all. */
    void delay(Duration each);

    /** From now on bytes are swallowed in both directions, connections stay, and new ones are accepted. */
    void blackHole();

    /** Resets every connection and refuses new ones. */
    void cut();

    /** Undoes everything above; connections that lost bytes are reset. */
    void heal();

    /** How many connections clients have tried to open through the proxy so far. */
    long connectionAttempts();
}
