package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.spi.Ticker;
import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** The way to etcd: bounded requests with mapped errors over a jetcd client. */
final class EtcdConnection implements AutoCloseable {
    /**
     * gRPC waits up to two minutes between attempts to reconnect, and jetcd gives no access to that. A client none of
     * whose requests got out for this long is replaced by a new one, which tries at once.
     */
    private static final Duration STUCK = Duration.ofSeconds(3);

    private final Supplier<Client> clients;
    private final boolean ours;
    private final IntSupplier epoch;
    private final EtcdErrors errors;
    private final Ticker ticker;
    private final ReentrantLock replacing = new ReentrantLock();
    private volatile Client client;
    private volatile long lastGood;
    private volatile boolean closed;

    /**
     * A connection.
     *
     * @param clients makes a client; the same user's own one every time if not {@code ours}
     * @param ours whether to close and replace clients
     * @param epoch rises with every reconnect
     */
    EtcdConnection(Supplier<Client> clients, boolean ours, IntSupplier epoch, EtcdErrors errors, Ticker ticker) {
        this.clients = clients;
        this.ours = ours;
        this.epoch = epoch;
        this.errors = errors;
        this.ticker = ticker;
        this.client = clients.get();
        this.lastGood = ticker.nanos();
    }

    Client client() {
        return client;
    }

    EtcdErrors errors() {
        return errors;
    }

    Ticker ticker() {
        return ticker;
    }

    /** Rises with every reconnect; constant over a user's own client. */
    int epoch() {
        return epoch.getAsInt();
    }

    /** Sends a request without waiting for its answer. */
    <T> CompletableFuture<T> send(Function<Client, CompletableFuture<T>> request) {
        if (closed) {
            return CompletableFuture.failedFuture(
                    StoreException.notExecuted("the connection to " + errors.store() + " is closed", null));
        }
        Client current = client;
        CompletableFuture<T> reply;
        try {
            reply = request.apply(current);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return reply.whenComplete((answer, error) -> {
            if (error == null || !EtcdErrors.neverSent(error)) {
                lastGood = ticker.nanos();
            } else {
                replaceIfStuck(current);
            }
        });
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @throws StoreException without an answer in time, or with one that is an error
     * @throws InterruptedException if interrupted; the outcome is unknown then
     */
    <T> T call(String what, RequestDeadline deadline, Function<Client, CompletableFuture<T>> request)
            throws InterruptedException {
        if (deadline.over()) {
            throw StoreException.notExecuted(what + " at " + errors.store() + ": no time left to send it", null);
        }
        try {
            return send(request).get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw errors.map(e, what);
        } catch (TimeoutException e) {
            throw StoreException.unknown(what + " at " + errors.store() + ": no answer in time; is etcd alive?", e);
        }
    }

    private void replaceIfStuck(Client seen) {
        if (!ours || ticker.nanos() - lastGood < STUCK.toNanos() || !replacing.tryLock()) {
            return;
        }
        try {
            if (client == seen && !closed) {
                lastGood = ticker.nanos();
                client = clients.get();
                seen.close();
            }
        } finally {
            replacing.unlock();
        }
    }

    @Override
    public void close() {
        replacing.lock();
        try {
            if (!closed) {
                closed = true;
                if (ours) {
                    client.close();
                }
            }
        } finally {
            replacing.unlock();
        }
    }
}
