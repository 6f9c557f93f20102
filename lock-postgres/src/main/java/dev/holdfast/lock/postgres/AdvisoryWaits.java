package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryGrants.Held;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.DriverContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The statement that waits for a lock on the server, from its sending to its end, whichever of the ends it takes. */
final class AdvisoryWaits {
    private static final Logger LOG = LoggerFactory.getLogger(AdvisoryWaits.class);

    /** Nobody waits that long without being asked; a wait whose end nobody sees ends by itself. */
    private static final long LONGEST_MILLIS = Duration.ofHours(1).toMillis();

    private static final long CANCEL_GAP_NANOS = Duration.ofMillis(100).toNanos();

    private final DriverContext context;
    private final AdvisorySessions sessions;
    private final AdvisoryStatements statements;
    private final AdvisoryAnswers answers;
    private final AdvisoryLines lines;
    private final Duration leaseTime;

    AdvisoryWaits(
            DriverContext context,
            AdvisorySessions sessions,
            AdvisoryStatements statements,
            AdvisoryGrants grants,
            AdvisoryAnswers answers,
            AdvisoryKey keys,
            Duration leaseTime,
            int seats) {
        this.context = context;
        this.sessions = sessions;
        this.statements = statements;
        this.answers = answers;
        this.leaseTime = leaseTime;
        this.lines = new AdvisoryLines(context, sessions, grants, keys, this::begin, leaseTime, seats);
    }

    AdvisoryLines lines() {
        return lines;
    }

    /** How the session ends is told to the lines by the session itself. */
    private void begin(AdvisorySeat seat, AdvisorySession session, AdvisoryLine line) {
        CompletableFuture<?> unused = session.submitWait(connection -> {
            if (lines.wanted(seat, line)) {
                await(seat, session, line, connection);
            }
            return true;
        });
    }

    private void await(AdvisorySeat seat, AdvisorySession session, AdvisoryLine line, Connection connection)
            throws SQLException {
        long sentAt = context.ticker().nanos();
        AdvisoryStatements.Taken taken;
        try {
            taken = statements.waitForLock(connection, line.key(), line.name(), LONGEST_MILLIS);
        } catch (SQLException e) {
            if (PostgresErrors.isDoubtful(PostgresErrors.state(e))) {
                throw e;
            }
            bound(session, connection);
            long unlockSentAt = context.ticker().nanos();
            statements.unlockAfterError(connection, line.key());
            session.answered(unlockSentAt);
            lines.notGranted(seat, line, session, !AdvisoryStatements.isEndOfWait(e));
            return;
        }
        session.answered(sentAt);
        session.locked().add(line.key());
        bound(session, connection);
        if (context.ticker().nanos() - sentAt > leaseTime.toNanos() / 3) {
            restartTimer(session, connection);
        }
        AdvisoryLines.Handed handed = lines.granted(seat, line, session, taken);
        Held held = handed.held();
        if (held != null) {
            context.granted(held.grant());
            return;
        }
        statements.unlockAfterError(connection, line.key());
        session.locked().remove(line.key());
        lines.unlocked(session);
        if (handed.over() != null) {
            handed.over().complete(true);
        }
    }

    /** What follows the wait does not take as long as it takes. */
    private static void bound(AdvisorySession session, Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, session.patienceMillis());
    }

    /** The sending of the wait is long ago: nothing of the lease would be left. */
    private void restartTimer(AdvisorySession session, Connection connection) throws SQLException {
        long sentAt = context.ticker().nanos();
        try {
            AdvisoryStatements.ping(connection);
        } catch (SQLException e) {
            if (PostgresErrors.isDoubtful(PostgresErrors.state(e))) {
                throw e;
            }
            // A cancel for the wait that came late; an error is an answer too.
            LOG.debug("After a wait the server answered with an error", e);
            if (!PostgresErrors.isFromServer(e)) {
                return;
            }
        }
        session.answered(sentAt);
    }

    /**
     * Takes an acquire out of its line. If nobody else is in it, the wait on the server is cancelled; a cancel can come
     * before the wait or after it, so it is repeated until the wait is over.
     *
     * @return whether nothing waits for it any more
     */
    boolean leave(AcquireRequest request, long deadline) {
        Optional<AdvisoryLines.Leaving> leaving = lines.leave(request.id(), request.name());
        if (leaving.isEmpty()) {
            return true;
        }
        CompletableFuture<Boolean> over = leaving.get().over();
        AdvisorySession waits = leaving.get().session();
        while (!over.isDone() && context.ticker().nanos() - deadline < 0) {
            Optional<AdvisorySession> shared = sessions.sharedNow();
            if (shared.isEmpty()) {
                waits.end(null);
            } else {
                int pid = waits.backend().pid();
                answers.cameBy(
                        shared.get().submit(connection -> !over.isDone() && AdvisoryStatements.cancel(connection, pid)),
                        deadline);
            }
            long patience = context.ticker().nanos() + CANCEL_GAP_NANOS;
            answers.cameBy(over, patience - deadline < 0 ? patience : deadline);
        }
        return over.isDone();
    }

    /** Waits that have lasted for a third of the lease time. */
    List<AdvisorySeat.View> old() {
        long now = context.ticker().nanos();
        return lines.seats().stream()
                .filter(seat -> seat.waits() && now - seat.since() > leaseTime.toNanos() / 3)
                .toList();
    }
}
