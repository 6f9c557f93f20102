package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Acquires that ask whether a lock is free, on the session that they share. Thread safe. */
final class AdvisoryTries {
    private final DriverContext context;
    private final AdvisorySessions sessions;
    private final AdvisoryStatements statements;
    private final AdvisoryGrants grants;
    private final AdvisoryKey keys;
    private final AdvisoryAnswers answers;
    private final Duration leaseTime;
    private final Map<AcquisitionId, AdvisoryAttempt> attempts = new ConcurrentHashMap<>();

    AdvisoryTries(
            DriverContext context,
            AdvisorySessions sessions,
            AdvisoryStatements statements,
            AdvisoryGrants grants,
            AdvisoryKey keys,
            AdvisoryAnswers answers,
            Duration leaseTime) {
        this.context = context;
        this.sessions = sessions;
        this.statements = statements;
        this.grants = grants;
        this.keys = keys;
        this.answers = answers;
        this.leaseTime = leaseTime;
    }

    /** Whether a try of this acquire is under way, perhaps from an earlier call that has given up. */
    boolean underWay(AcquisitionId id) {
        return attempts.containsKey(id);
    }

    /**
     * Tries to take the lock; the grant is among the grants then. A call that gives up leaves the try under way, and
     * the next call for the same acquire waits for it on.
     */
    boolean tryLock(AcquireRequest request) throws InterruptedException {
        AdvisoryAttempt attempt = attempts.computeIfAbsent(request.id(), id -> new AdvisoryAttempt(request));
        if (attempt.start()) {
            start(request.id(), attempt);
        }
        try {
            return answers.await(attempt.granted(), request.timeout(), "lock '" + request.name() + "'");
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.UNKNOWN && attempt.withdraw()) {
                attempts.remove(request.id(), attempt);
                throw answers.notSent(e, "lock '" + request.name() + "'");
            }
            throw e;
        }
    }

    private void start(AcquisitionId id, AdvisoryAttempt attempt) {
        CompletableFuture<?> unused = sessions.shared()
                .thenCompose(session -> session.submit(connection -> take(session, connection, id, attempt)))
                .whenComplete((granted, failure) -> {
                    // After the grant is among the grants: whoever finds neither may try again.
                    attempts.remove(id, attempt);
                    if (failure == null) {
                        attempt.granted().complete(granted);
                    } else {
                        attempt.granted().completeExceptionally(failure);
                    }
                });
    }

    private boolean take(AdvisorySession session, Connection connection, AcquisitionId id, AdvisoryAttempt attempt)
            throws SQLException {
        long key = keys.of(attempt.name());
        // The server would grant a lock that this session has a second time.
        if (!attempt.begin() || session.locked().contains(key)) {
            return false;
        }
        long sentAt = context.ticker().nanos();
        AdvisoryStatements.Taken taken;
        try {
            taken = statements.tryLock(connection, key, attempt.name());
        } catch (SQLException e) {
            if (!PostgresErrors.isDoubtful(PostgresErrors.state(e))) {
                statements.unlockAfterError(connection, key);
            }
            throw e;
        }
        session.answered(sentAt);
        Long token = taken.token();
        if (token == null) {
            return false;
        }
        if (attempt.left()) {
            statements.unlockAfterError(connection, key);
            return false;
        }
        session.locked().add(key);
        Grant grant = new Grant(id, attempt.name(), token, sentAt, leaseTime, null);
        grants.put(AdvisoryGrants.Held.of(grant, key, session));
        return true;
    }

    /** The acquire is over; completes when no try of it is under way. A grant that came first is among the grants. */
    CompletableFuture<?> leave(AcquisitionId id) {
        AdvisoryAttempt attempt = attempts.get(id);
        if (attempt == null) {
            return CompletableFuture.completedFuture(true);
        }
        attempt.leave();
        if (attempt.withdraw()) {
            attempts.remove(id, attempt);
            return CompletableFuture.completedFuture(true);
        }
        // However it ends: with the session its lock ends too.
        return attempt.granted().handle((granted, failure) -> true);
    }
}
