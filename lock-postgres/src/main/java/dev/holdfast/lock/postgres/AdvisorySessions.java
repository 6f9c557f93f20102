package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryStatements.Backend;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens sessions, on threads of their own, and sees to it that those which are given up are over: a new shared session
 * serves nobody before the server processes of its predecessors have ended, so that a request of unknown outcome has
 * become one that left nothing. Thread safe.
 */
final class AdvisorySessions implements AutoCloseable {
    private static final long ATTEMPT_GAP_NANOS = Duration.ofMillis(250).toNanos();

    /** Opens one connection, bounded by itself. */
    @FunctionalInterface
    private interface Opener {
        AdvisoryTarget.Opened open(Duration timeout) throws SQLException;
    }

    private final DriverContext context;
    private final AdvisoryTarget target;
    private final PostgresErrors errors;
    private final AdvisorySession.Timing timing;
    private final Consumer<AdvisorySession> onEnd;
    private final Set<Backend> departed = ConcurrentHashMap.newKeySet();
    private final Set<AdvisorySession> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<AdvisorySession> shared;
    private @Nullable StoreException failure;
    private long failedAt;
    private volatile boolean closed;

    /**
     * Nothing is opened yet.
     *
     * @param onEnd told of every session that has ended
     */
    AdvisorySessions(
            DriverContext context,
            AdvisoryTarget target,
            PostgresErrors errors,
            Duration leaseTime,
            Consumer<AdvisorySession> onEnd) {
        this.context = context;
        this.target = target;
        this.errors = errors;
        long patience = context.options().storeTimeout().toMillis();
        this.timing = new AdvisorySession.Timing(patience, Math.max(patience, leaseTime.toMillis() * 2 / 3));
        this.onEnd = onEnd;
    }

    /** The session for tries and their holders; opened if there is none. Fails as {@link #openWaiting}. */
    CompletableFuture<AdvisorySession> shared() {
        lock.lock();
        try {
            CompletableFuture<AdvisorySession> current = shared;
            if (current == null || isOver(current)) {
                current = start(target::openShared).thenCompose(this::afterPredecessors);
                shared = current;
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isOver(CompletableFuture<AdvisorySession> future) {
        return future.isCompletedExceptionally()
                || (future.isDone() && future.join().ended());
    }

    /** The shared session if it is open now. */
    Optional<AdvisorySession> sharedNow() {
        lock.lock();
        try {
            CompletableFuture<AdvisorySession> current = shared;
            return current == null || !current.isDone() || isOver(current)
                    ? Optional.empty()
                    : Optional.of(current.join());
        } finally {
            lock.unlock();
        }
    }

    /** One more session; fails with {@link StoreException}. */
    CompletableFuture<AdvisorySession> openWaiting() {
        return start(target::openWaiting);
    }

    private CompletableFuture<AdvisorySession> start(Opener opener) {
        CompletableFuture<AdvisorySession> future = new CompletableFuture<>();
        StoreException recent = closed ? StoreException.notExecuted("the client is closed", null) : recentFailure();
        if (recent != null) {
            future.completeExceptionally(recent);
        } else {
            context.threads().newThread(() -> open(opener, future)).start();
        }
        return future;
    }

    /** While the store is away it is knocked at no more than a few times a second, whoever asks. */
    private @Nullable StoreException recentFailure() {
        lock.lock();
        try {
            return failure != null && context.ticker().nanos() - failedAt < ATTEMPT_GAP_NANOS ? failure : null;
        } finally {
            lock.unlock();
        }
    }

    private void open(Opener opener, CompletableFuture<AdvisorySession> future) {
        long openedAt = context.ticker().nanos();
        StoreException failed = null;
        AdvisorySession session = null;
        try {
            session = session(opener.open(context.options().storeTimeout()), openedAt);
        } catch (SQLException e) {
            failed = errors.connect(e);
        } catch (StoreException e) {
            failed = e;
        }
        lock.lock();
        try {
            failure = failed;
            failedAt = context.ticker().nanos();
        } finally {
            lock.unlock();
        }
        if (session != null) {
            future.complete(session);
        } else if (failed != null) {
            future.completeExceptionally(failed);
        }
    }

    private AdvisorySession session(AdvisoryTarget.Opened opened, long openedAt) {
        AdvisorySession session = new AdvisorySession(opened, openedAt, timing, context, this::ended);
        open.add(session);
        if (closed) {
            session.end(null);
        }
        return session;
    }

    private void ended(AdvisorySession session) {
        departed.add(session.backend());
        open.remove(session);
        onEnd.accept(session);
        if (!closed) {
            // Whoever holds or waits there does not wait for the server to notice by itself.
            CompletableFuture<Boolean> unused = departedAreGone();
        }
    }

    private CompletableFuture<AdvisorySession> afterPredecessors(AdvisorySession session) {
        return endDeparted(session).thenApply(allGone -> {
            if (!allGone) {
                session.end(null);
                throw StoreException.notExecuted(
                        "server processes of former sessions have not ended yet: " + departed, null);
            }
            return session;
        });
    }

    /** Whether every session that was given up is over on the server too. */
    CompletableFuture<Boolean> departedAreGone() {
        return departed.isEmpty() ? CompletableFuture.completedFuture(true) : shared().thenCompose(this::endDeparted);
    }

    private CompletableFuture<Boolean> endDeparted(AdvisorySession session) {
        if (departed.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        return session.submit(connection -> {
            List<Backend> ending = List.copyOf(departed);
            boolean gone = AdvisoryStatements.end(connection, ending);
            if (gone) {
                departed.removeAll(ending);
            }
            return gone;
        });
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(session -> session.end(null));
    }
}
