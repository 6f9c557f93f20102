package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections for registers in mode advisory, made when a register is first used. Never the shared session: a
 * register whose row somebody has locked would hold up its heartbeat, and with it all leases of the client. Thread
 * safe.
 */
final class AdvisoryRegisterPool implements Supplier<PostgresConnection>, AutoCloseable {
    private static final int SIZE = 2;

    private final LockUrl url;
    private final PostgresParameters parameters;
    private final PostgresErrors errors;
    private final DriverContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable PostgresConnection pool;
    private boolean closed;

    AdvisoryRegisterPool(LockUrl url, PostgresParameters parameters, PostgresErrors errors, DriverContext context) {
        this.url = url;
        this.parameters = parameters;
        this.errors = errors;
        this.context = context;
    }

    @Override
    public PostgresConnection get() {
        lock.lock();
        try {
            if (closed) {
                throw StoreException.notExecuted(errors.store() + ": this client is closed", null);
            }
            PostgresConnection open = pool;
            if (open == null) {
                UrlTarget target =
                        new UrlTarget(url, parameters, context.options().storeTimeout());
                open = new PostgresConnection(target, errors, context, SIZE);
                pool = open;
            }
            return open;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        PostgresConnection open;
        lock.lock();
        try {
            closed = true;
            open = pool;
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.close();
        }
    }
}
