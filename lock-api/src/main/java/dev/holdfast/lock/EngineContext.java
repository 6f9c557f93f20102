package dev.holdfast.lock;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.Ticker;
import dev.holdfast.lock.spi.TokenClock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What the driver sees of the engine. Exists before the engine, because the driver does. */
final class EngineContext implements DriverContext {
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    private final DriverOptions options;
    private final String prefix = "holdfast-" + CLIENTS.incrementAndGet() + "-";
    private final AtomicInteger threads = new AtomicInteger();
    private final ScheduledThreadPoolExecutor timer;
    private volatile @Nullable Engine engine;

    EngineContext(DriverOptions options) {
        this.options = options;
        this.timer = new ScheduledThreadPoolExecutor(1, threads("timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void start(Engine started) {
        this.engine = started;
    }

    void close() {
        timer.shutdownNow();
    }

    /** Daemon threads whose names tell the client and the role. */
    ThreadFactory threads(String role) {
        return task -> {
            Thread thread = new Thread(task, prefix + role + "-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public DriverOptions options() {
        return options;
    }

    @Override
    public Ticker ticker() {
        return SuspendGuard.SYSTEM;
    }

    @Override
    public TokenClock clock() {
        return TokenClock.SYSTEM;
    }

    @Override
    public ScheduledExecutorService timer() {
        return timer;
    }

    @Override
    public ThreadFactory threads() {
        return threads("driver");
    }

    @Override
    public void granted(Grant grant) {
        Engine started = engine;
        if (started != null) {
            started.granted(grant);
        }
    }

    @Override
    public void look(AcquisitionId id) {
        Engine started = engine;
        if (started != null) {
            started.look(id);
        }
    }

    @Override
    public void lost(AcquisitionId id, LossReason reason) {
        Engine started = engine;
        if (started != null) {
            started.lost(id, reason);
        }
    }
}
