package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import java.util.OptionalLong;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One of the servers, with connections and threads of its own, so that one that hangs delays no other. Safe for use by
 * several threads.
 */
final class RedlockNode implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    /** A request to this server. */
    @FunctionalInterface
    interface Request<T> {
        T send(RedisConnection connection, Deadline deadline) throws InterruptedException;
    }

    private final RedisConnection connection;
    private final DriverContext context;
    private final ThreadPoolExecutor threads;
    private volatile boolean silent;
    private volatile long restsUntil;
    private volatile OptionalLong ahead = OptionalLong.empty();

    RedlockNode(RedisAddress address, RedisCalls calls, DriverContext context) {
        this.context = context;
        this.restsUntil = context.ticker().nanos();
        this.connection = new RedisConnection(address.toString(), context.ticker(), calls);
        this.threads = new ThreadPoolExecutor(
                address.poolSize(),
                address.poolSize(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                context.threads());
        threads.allowCoreThreadTimeOut(true);
    }

    RedisConnection connection() {
        return connection;
    }

    /** Sends a request on a thread of this server; exactly one of the two is called, from there or from here. */
    <T> void ask(Request<T> request, Deadline deadline, Consumer<T> answered, Consumer<StoreException> failed) {
        try {
            threads.execute(() -> {
                if (deadline.isOver()) {
                    failed.accept(StoreException.notExecuted(connection.store() + " was too slow to be asked", null));
                    return;
                }
                T answer;
                try {
                    answer = request.send(connection, deadline);
                } catch (StoreException e) {
                    silent = e.kind() != StoreException.Kind.REFUSED;
                    failed.accept(e);
                    return;
                } catch (InterruptedException e) {
                    failed.accept(StoreException.unknown(connection.store() + ": interrupted in a request", e));
                    return;
                }
                silent = false;
                answered.accept(answer);
            });
        } catch (RejectedExecutionException closed) {
            failed.accept(StoreException.notExecuted(connection.store() + ": this client is closed", closed));
        }
    }

    /** It grants nothing for this time, so that asking it alone tells nothing. */
    void rests(long millis) {
        restsUntil = context.ticker().nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Whether it can be asked whether a lock is free. */
    boolean knows() {
        return !silent && restsUntil - context.ticker().nanos() <= 0;
    }

    /** Whether nobody should wait for this server who can do without: it did not answer when last asked. */
    boolean isSilent() {
        return silent;
    }

    /** Somebody has waited for it long enough. */
    void fellSilent() {
        silent = true;
    }

    /** Notes what its clock showed, in microseconds, in an answer that has just arrived. */
    void showed(long micros) {
        ahead = OptionalLong.of(
                micros - TimeUnit.NANOSECONDS.toMicros(context.ticker().nanos()));
    }

    /** How far its clock is ahead of this client's ticker, in microseconds; empty if it has never answered. */
    OptionalLong ahead() {
        return ahead;
    }

    /** Takes no more requests; those under way go on. */
    void stop() {
        threads.shutdown();
    }

    /** Waits for requests under way, such as the last releases, which a majority did not have to wait for. */
    void drain(Deadline deadline) {
        try {
            threads.awaitTermination(silent ? 0 : Math.max(0, deadline.nanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cuts what is still under way. */
    @Override
    public void close() {
        threads.shutdown();
        connection.close();
    }
}
