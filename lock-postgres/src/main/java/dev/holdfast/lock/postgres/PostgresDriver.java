package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One statement per call; everything that matters happens in the functions of {@code queue.sql}. Thread safe. */
final class PostgresDriver implements LockDriver {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresDriver.class);
    private static final int SHORTEST_POLL_MILLIS = 20;
    private static final int LONGEST_POLL_MILLIS = 100;

    private final DriverInfo info;
    private final DriverContext context;
    private final PostgresConnection connection;
    private final PostgresLayout layout;
    private final PostgresBatches batches;
    private final PostgresRegisters registers;
    private final String namespace;
    private final long leaseMillis;
    private final GrantListener listener;
    private final ScheduledFuture<?> sweeping;

    PostgresDriver(
            DriverInfo info,
            DriverContext context,
            PostgresConnection connection,
            PostgresLayout layout,
            GrantListener listener) {
        this.info = info;
        this.context = context;
        this.connection = connection;
        this.layout = layout;
        this.namespace = context.options().namespace();
        this.leaseMillis = info.leaseTime().toMillis();
        this.listener = listener;
        this.batches = new PostgresBatches(context, connection, layout, info.leaseTime());
        this.registers = new PostgresRegisters(() -> connection, layout, context.options());
        this.sweeping = context.timer()
                .scheduleWithFixedDelay(
                        () -> context.threads().newThread(this::sweep).start(), 1, 60, TimeUnit.MINUTES);
    }

    @Override
    public DriverInfo info() {
        return info;
    }

    @Override
    public Answer enter(AcquireRequest request) throws InterruptedException {
        return connection.request(subject(request), request.timeout(), (open, lockWait) -> {
            try (PreparedStatement statement = open.prepareStatement(layout.enter)) {
                statement.setString(1, namespace);
                statement.setString(2, request.name().value());
                statement.setObject(3, PostgresLayout.uuid(request.id()));
                statement.setBoolean(4, request.mayWait());
                statement.setLong(5, leaseMillis);
                statement.setLong(6, context.options().tokenFloor());
                statement.setInt(9, lockWait);
                return answer(statement, 7, request);
            }
        });
    }

    @Override
    public Answer look(AcquireRequest request) throws InterruptedException {
        return connection.request(subject(request), request.timeout(), (open, lockWait) -> {
            try (PreparedStatement statement = open.prepareStatement(layout.look)) {
                statement.setString(1, namespace);
                statement.setString(2, request.name().value());
                statement.setObject(3, PostgresLayout.uuid(request.id()));
                statement.setLong(4, leaseMillis);
                statement.setInt(7, lockWait);
                return answer(statement, 5, request);
            }
        });
    }

    /**
     * Sends an enter or look. Its number {@code n} is its sending time: the later one is the higher one, and a pushed
     * grant that names it says from when it is valid.
     *
     * @param channelAt index of the parameter for the channel; the one for {@code n} is next to it
     */
    private Answer answer(PreparedStatement statement, int channelAt, AcquireRequest request) throws SQLException {
        boolean pushed = listener.expects(request);
        boolean waits = false;
        statement.setString(channelAt, pushed ? listener.channel() : null);
        long sentAt = context.ticker().nanos();
        statement.setLong(channelAt + 1, sentAt - listener.origin());
        try (ResultSet row = statement.executeQuery()) {
            CommitWarnings.requireNone(statement);
            row.next();
            String answer = row.getString(1);
            waits = answer.equals("waiting");
            return switch (answer) {
                case "granted" ->
                    new Answer.Granted(new Grant(
                            request.id(),
                            request.name(),
                            row.getLong(2),
                            sentAt,
                            info.leaseTime(),
                            request.unanswered()));
                case "waiting" -> new Answer.Waiting(recheckAfter(row.getLong(3), pushed));
                case "busy" -> new Answer.Busy();
                case "gone" -> new Answer.Gone();
                case "late" ->
                    throw StoreException.refused(
                            subject(request) + ": this acquire has left before, and is refused", null);
                default -> throw new IllegalStateException("unknown answer " + answer);
            };
        } finally {
            if (!waits) {
                listener.forget(request.id());
            }
        }
    }

    /** While nobody tells a waiter that it is its turn, it asks often, and not in step with others. */
    private static Duration recheckAfter(long serverMillis, boolean pushed) {
        long poll =
                pushed ? serverMillis : ThreadLocalRandom.current().nextLong(SHORTEST_POLL_MILLIS, LONGEST_POLL_MILLIS);
        return Duration.ofMillis(Math.min(serverMillis, poll));
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        listener.forget(request.id());
        return connection.giveBack(subject(request), request.timeout(), (open, lockWait) -> {
            try (PreparedStatement statement = open.prepareStatement(layout.leave)) {
                statement.setString(1, namespace);
                statement.setString(2, request.name().value());
                statement.setObject(3, PostgresLayout.uuid(request.id()));
                statement.setLong(4, leaseMillis);
                statement.setBoolean(5, request.unanswered());
                statement.setInt(6, lockWait);
                statement.execute();
                return LeaveOutcome.GONE;
            }
        });
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        return batches.renew(grants);
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return batches.release(grants);
    }

    @Override
    public Optional<RegisterDriver> registers() {
        return Optional.of(registers);
    }

    /** Removes what has lapsed, if nobody has done so for an hour. */
    static void sweep(Connection open, PostgresLayout layout, String namespace) throws SQLException {
        try (PreparedStatement statement = open.prepareStatement(layout.sweep)) {
            statement.setString(1, namespace);
            statement.execute();
        }
    }

    private void sweep() {
        try {
            connection.giveBack("sweeping", context.options().storeTimeout(), (open, lockWait) -> {
                sweep(open, layout, namespace);
                return true;
            });
        } catch (StoreException e) {
            LOG.debug("Sweeping brought no answer; the next client or hour will do it", e);
        }
    }

    private static String subject(AcquireRequest request) {
        return "lock '" + request.name() + "'";
    }

    @Override
    public void close() {
        sweeping.cancel(false);
        listener.close();
        connection.close();
    }
}
