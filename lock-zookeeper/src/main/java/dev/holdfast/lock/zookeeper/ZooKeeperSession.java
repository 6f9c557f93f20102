package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/**
 * One session of one client, pinned: every request names the handle it was captured with, so that nothing moves
 * silently to a later session. Knows the connections of the session by number; the handle's event thread delivers their
 * ends in order with the answers.
 */
final class ZooKeeperSession implements Watcher {
    /** Told what happens to a session, from its event thread. */
    interface Listener {
        /** Requests of the former connection are over; a new connection, or a new guard, has to be prepared. */
        void connected(ZooKeeperSession session);

        void disconnected(ZooKeeperSession session);

        void ended(ZooKeeperSession session);
    }

    private final ZooKeeper handle;
    private final String guard;
    private final Listener listener;
    private final Ticker ticker;
    private final Duration leaseTime;
    private final Validity validity;
    private final AtomicInteger connection = new AtomicInteger();
    private volatile boolean singleServer;
    private volatile boolean ended;

    ZooKeeperSession(ZooKeeper handle, String guard, Ticker ticker, Listener listener) {
        this.handle = handle;
        this.guard = guard;
        this.ticker = ticker;
        this.listener = listener;
        this.leaseTime = Duration.ofMillis(handle.getSessionTimeout());
        this.validity = new Validity(leaseTime);
    }

    /** Only connection events and the deletion of the guard matter; the watch is persistent, so none is missed. */
    @Override
    public void process(WatchedEvent event) {
        switch (event.getType()) {
            case None -> stateChanged(event.getState());
            case NodeDeleted -> {
                connection.incrementAndGet();
                listener.connected(this);
            }
            default -> {
                return; // the guard's own changes
            }
        }
    }

    private void stateChanged(Event.KeeperState state) {
        switch (state) {
            case SyncConnected -> {
                connection.incrementAndGet();
                listener.connected(this);
            }
            case Disconnected -> {
                connection.incrementAndGet();
                listener.disconnected(this);
            }
            case Expired, Closed, AuthFailed -> end();
            default -> {
                return; // SaslAuthenticated and read-only states, which this client does not use
            }
        }
    }

    /** No request of this session is believed any more. */
    void end() {
        if (!ended) {
            ended = true;
            listener.ended(this);
        }
    }

    boolean ended() {
        return ended;
    }

    ZooKeeper handle() {
        return handle;
    }

    long id() {
        return handle.getSessionId();
    }

    String guard() {
        return guard;
    }

    Ticker ticker() {
        return ticker;
    }

    Duration leaseTime() {
        return leaseTime;
    }

    Validity validity() {
        return validity;
    }

    /** Number of the present connection. */
    int connection() {
        return connection.get();
    }

    boolean on(int number) {
        return !ended && connection.get() == number;
    }

    /** Says how answers restart the session's timer; asked anew on every connection. */
    void servedBySingleServer(boolean single) {
        singleServer = single;
    }

    boolean singleServer() {
        return singleServer;
    }

    /** A request sent at {@code sent} on the present connection has been answered. */
    void answered(long sent, boolean write) {
        if (singleServer) {
            validity.answeredBySingleServer(sent);
        } else {
            validity.answeredByEnsemble(sent, ticker.nanos(), write);
        }
    }
}
