package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The push path: one connection that listens on the client's own channel, one thread. A message {@code id:token:n} says
 * that a waiter has become the holder; its lease counts from the sending of its request {@code n} and from nothing
 * else, so that a message that was held up on its way can never prolong it. Whatever is lost, the waiter's next look
 * finds.
 *
 * <p>Where notifications do not arrive, for example behind a transaction pooler, this stays silent and waiters poll.
 */
final class GrantListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GrantListener.class);
    private static final int WAIT_MILLIS = 5_000;
    private static final int WAIT_MILLIS_LENT = 500;
    private static final int PROBE_MILLIS = 1_000;
    private static final long RECONNECT_MILLIS = 500;

    private final DriverContext context;
    private final ConnectionSource.Opener opener;
    private final Duration leaseTime;
    private final boolean lent;
    private final long origin;
    private final String channel = "holdfast_" + AcquisitionId.random().value().substring(0, 16);
    private final Map<AcquisitionId, AcquireRequest> expected = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean listening;
    private volatile @Nullable Connection connection;
    private volatile @Nullable Thread thread;

    /**
     * Silent until {@link #start}.
     *
     * @param lent whether connections belong to a pool of the user, and go back in good order
     */
    GrantListener(DriverContext context, ConnectionSource.Opener opener, Duration leaseTime, boolean lent) {
        this.lent = lent;
        this.context = context;
        this.opener = opener;
        this.leaseTime = leaseTime;
        this.origin = context.ticker().nanos();
    }

    /** Where the client's numbers {@code n} count from, on its ticker. */
    long origin() {
        return origin;
    }

    String channel() {
        return channel;
    }

    /** Announces that a request of this acquire is about to be sent; whether a grant of it would be pushed. */
    boolean expects(AcquireRequest request) {
        if (!listening || !request.mayWait()) {
            return false;
        }
        expected.put(request.id(), request);
        return true;
    }

    /** The acquire waits no more: a message about it is late, and what it says has been dealt with. */
    void forget(AcquisitionId id) {
        expected.remove(id);
    }

    /**
     * Listens if notifications arrive.
     *
     * @return whether grants are pushed; if not, the connection is still the caller's to close
     */
    boolean start(Connection first) throws SQLException {
        if (!arrives(first)) {
            return false;
        }
        connection = first;
        listening = true;
        Thread worker = context.threads().newThread(this::listen);
        thread = worker;
        worker.start();
        return true;
    }

    /**
     * Whether the server itself is at the other end, and a notification arrives. The notification alone proves nothing:
     * a transaction pooler may by chance send both statements to one server connection.
     */
    private boolean arrives(Connection open) throws SQLException {
        if (!isDirect(open)) {
            return false;
        }
        try (Statement statement = open.createStatement()) {
            statement.execute("LISTEN " + channel);
            statement.execute("NOTIFY " + channel);
            PGNotification[] got = open.unwrap(PGConnection.class).getNotifications(PROBE_MILLIS);
            return got != null && got.length > 0;
        }
    }

    /** Whether the process that answers is the one that accepted the connection, and not one behind a pooler. */
    static boolean isDirect(Connection open) throws SQLException {
        if (!open.isWrapperFor(PGConnection.class)) {
            return false;
        }
        try (Statement statement = open.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            return row.next()
                    && row.getInt(1) == open.unwrap(PGConnection.class).getBackendPID();
        }
    }

    private void listen() {
        while (!isClosed()) {
            Connection open = connection;
            if (open == null) {
                reconnect();
                continue;
            }
            try {
                follow(open);
            } catch (SQLException e) {
                LOG.debug("The connection for grants broke; waiters poll until there is another", e);
            }
            connection = null;
            listening = false;
            giveUp(open);
            // Messages may have been lost: whoever waits asks.
            expected.keySet().forEach(context::look);
        }
    }

    private void follow(Connection open) throws SQLException {
        PGConnection session = open.unwrap(PGConnection.class);
        while (!isClosed()) {
            PGNotification[] messages = session.getNotifications(lent ? WAIT_MILLIS_LENT : WAIT_MILLIS);
            if (messages == null || messages.length == 0) {
                if (!expected.isEmpty()) {
                    ping(open);
                }
                continue;
            }
            for (PGNotification message : messages) {
                try {
                    accept(message.getParameter());
                } catch (IllegalArgumentException e) {
                    // Anybody in the database may send to any channel.
                    LOG.debug("Not a message of Holdfast", e);
                }
            }
        }
    }

    private void ping(Connection open) throws SQLException {
        open.setNetworkTimeout(
                Runnable::run, (int) context.options().storeTimeout().toMillis());
        try (Statement statement = open.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    /** A message {@code id:token:n}; one that nobody expects was overtaken by an answer or a leave. */
    void accept(String message) {
        String[] parts = message.split(":", -1);
        if (parts.length != 3) {
            return;
        }
        AcquisitionId id = new AcquisitionId(parts[0].replace("-", ""));
        AcquireRequest request = expected.get(id);
        if (request == null) {
            return;
        }
        long validFrom = origin + Long.parseLong(parts[2]);
        if (context.ticker().nanos() - validFrom >= leaseTime.toNanos()) {
            // Too late to be of use as it is; if the grant still stands, the look starts its timer anew.
            context.look(id);
            return;
        }
        expected.remove(id);
        context.granted(
                new Grant(id, request.name(), Long.parseLong(parts[1]), validFrom, leaseTime, request.unanswered()));
    }

    private void reconnect() {
        try {
            if (closing.await(RECONNECT_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            Connection open = opener.open();
            if (!arrives(open) || isClosed()) {
                giveUp(open);
                return;
            }
            connection = open;
            listening = true;
            // Entries made meanwhile have no channel, and older ones may have been granted: each looks once.
            expected.keySet().forEach(context::look);
        } catch (SQLException e) {
            LOG.debug("No connection for grants yet; waiters poll", e);
        } catch (InterruptedException e) {
            closing.countDown();
        }
    }

    private boolean isClosed() {
        return closing.getCount() == 0;
    }

    private void giveUp(Connection open) {
        try {
            if (!lent) {
                open.abort(Runnable::run);
            } else if (isClosed()) {
                stopListening(open);
            }
            open.close();
        } catch (SQLException e) {
            LOG.debug("The connection for grants did not close in good order", e);
        }
    }

    private void stopListening(Connection open) throws SQLException {
        open.setNetworkTimeout(
                Runnable::run, (int) context.options().storeTimeout().toMillis());
        try (Statement statement = open.createStatement()) {
            statement.execute("UNLISTEN " + channel);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        Connection open = connection;
        if (open != null && !lent) {
            giveUp(open);
        }
        Thread worker = thread;
        boolean interrupted = false;
        if (worker != null) {
            try {
                worker.join(context.options().storeTimeout().toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
