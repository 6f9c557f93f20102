package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryStatements.Backend;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server process and what it carries: a connection, served by one thread that does one request after the other.
 * Callers wait for an answer as long as they like; the request goes on without them, so that neither a short budget nor
 * an interrupt costs the session and its locks. When the connection breaks, the session has ended, for good. Thread
 * safe.
 */
final class AdvisorySession {
    /** A request; it may consist of several statements, each followed by {@link #answered}. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * How long an answer may take.
     *
     * @param idleMillis while the session carries no lease
     * @param carryingMillis while it does
     */
    record Timing(long idleMillis, long carryingMillis) {}

    private static final Logger LOG = LoggerFactory.getLogger(AdvisorySession.class);

    private final Connection connection;
    private final Backend backend;
    private final Timing timing;
    private final Ticker ticker;
    private final Consumer<AdvisorySession> onEnd;
    private final LinkedBlockingQueue<Task<?>> tasks = new LinkedBlockingQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Long> locked = new HashSet<>();
    private final AtomicReference<@Nullable CompletableFuture<Long>> pinging = new AtomicReference<>();
    private volatile long validFrom;
    private volatile boolean ended;

    /**
     * Starts the thread.
     *
     * @param openedAt reading of the ticker before the connection was opened
     * @param onEnd told once, on any thread, when the session has ended
     */
    AdvisorySession(
            AdvisoryTarget.Opened opened,
            long openedAt,
            Timing timing,
            DriverContext context,
            Consumer<AdvisorySession> onEnd) {
        this.connection = opened.connection();
        this.backend = opened.backend();
        this.timing = timing;
        this.ticker = context.ticker();
        this.validFrom = openedAt;
        this.onEnd = onEnd;
        context.threads().newThread(this::work).start();
    }

    private record Task<T>(Work<T> work, CompletableFuture<T> outcome, boolean waits) {}

    Backend backend() {
        return backend;
    }

    /** Sending time of the last statement that was answered: no timer of the server started before. */
    long validFrom() {
        return validFrom;
    }

    boolean ended() {
        return ended;
    }

    /** Keys that this session has locked: the server would grant them to it again. Confined to its thread. */
    Set<Long> locked() {
        return locked;
    }

    /** A statement that was sent then has been answered; from the work of this session only. */
    void answered(long sentAt) {
        validFrom = sentAt;
    }

    /**
     * Queues a request. A session that does not answer is given up: soon if it carries nothing; one that carries leases
     * costs them all, so it has nearly until they lapse.
     *
     * @return completes, on the session's thread, with the result, with the {@link SQLException} of a statement that
     *     the server refused, or with {@link SessionEndedException}: the outcome is unknown then
     */
    <T> CompletableFuture<T> submit(Work<T> work) {
        return submit(new Task<>(work, new CompletableFuture<>(), false));
    }

    /** Queues a request that takes as long as it takes. */
    <T> CompletableFuture<T> submitWait(Work<T> work) {
        return submit(new Task<>(work, new CompletableFuture<>(), true));
    }

    private <T> CompletableFuture<T> submit(Task<T> task) {
        lock.lock();
        try {
            if (!ended) {
                tasks.add(task);
                return task.outcome();
            }
        } finally {
            lock.unlock();
        }
        task.outcome().completeExceptionally(new SessionEndedException(null));
        return task.outcome();
    }

    /** Restarts the server's timer, by one statement for all who ask at the same time; yields {@link #validFrom}. */
    CompletableFuture<Long> ping(Work<Boolean> statement) {
        CompletableFuture<Long> ours = new CompletableFuture<>();
        CompletableFuture<Long> other = pinging.compareAndExchange(null, ours);
        if (other != null) {
            return other;
        }
        CompletableFuture<?> unused = submit(statement).whenComplete((done, failure) -> {
            pinging.set(null);
            if (failure instanceof SessionEndedException) {
                ours.completeExceptionally(failure);
            } else {
                // An error is an answer too.
                ours.complete(validFrom);
            }
        });
        return ours;
    }

    private void work() {
        try {
            while (!ended) {
                execute(tasks.take());
            }
        } catch (InterruptedException e) {
            end(e);
        }
    }

    /** How long an answer may take now; from the work of this session only. */
    int patienceMillis() {
        long millis = locked.isEmpty() ? timing.idleMillis() : timing.carryingMillis();
        return (int) Math.min(Integer.MAX_VALUE, millis);
    }

    private <T> void execute(Task<T> task) {
        long sentAt = ticker.nanos();
        try {
            connection.setNetworkTimeout(Runnable::run, task.waits() ? 0 : patienceMillis());
            long before = validFrom;
            T result = task.work().run(connection);
            if (validFrom == before) {
                answered(sentAt);
            }
            task.outcome().complete(result);
        } catch (SQLException e) {
            if (PostgresErrors.isDoubtful(PostgresErrors.state(e))) {
                end(e);
                task.outcome().completeExceptionally(new SessionEndedException(e));
            } else {
                if (PostgresErrors.isFromServer(e)) {
                    answered(sentAt);
                }
                task.outcome().completeExceptionally(e);
            }
        } catch (RuntimeException e) {
            LOG.error("A request of mode advisory failed unexpectedly; its session is given up", e);
            end(e);
            task.outcome().completeExceptionally(new SessionEndedException(e));
        }
    }

    /** Gives the session up: the server frees its locks when it notices, or is told by another session. */
    void end(@Nullable Exception why) {
        List<Task<?>> left = new ArrayList<>();
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            tasks.drainTo(left);
            // Wakes the thread, which then finds the session ended.
            tasks.add(new Task<>(unused -> true, new CompletableFuture<>(), false));
        } finally {
            lock.unlock();
        }
        LOG.debug("Session of server process {} has ended", backend.pid(), why);
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("A broken connection could not be aborted", e);
        }
        onEnd.accept(this);
        left.forEach(task -> task.outcome().completeExceptionally(new SessionEndedException(why)));
    }

    /** The session has ended, and nobody knows whether the request was executed. */
    static final class SessionEndedException extends Exception {
        private static final long serialVersionUID = 1L;

        SessionEndedException(@Nullable Throwable cause) {
            super("the session has ended", cause);
        }
    }
}
