package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.Ticker;
import dev.holdfast.lock.spi.TokenClock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A context without an engine, for tests that speak to a driver directly: it remembers what the driver called. Thread
 * safe. Close it after the driver.
 */
public final class RecordingContext implements DriverContext, AutoCloseable {
    private final DriverOptions options;
    private final ScheduledExecutorService timer;
    private final AtomicInteger threads = new AtomicInteger();
    private final AtomicLong clockShift = new AtomicLong();

    /** Grants that the driver announced unasked, by acquisition id. */
    public final Map<AcquisitionId, Grant> granted = new ConcurrentHashMap<>();

    /** How often the driver asked to look, by acquisition id. */
    public final Map<AcquisitionId, Integer> looks = new ConcurrentHashMap<>();

    /** Losses that the driver announced, by acquisition id. */
    public final Map<AcquisitionId, LossReason> lost = new ConcurrentHashMap<>();

    /** A context with these options and the clocks of this machine. */
    public RecordingContext(DriverOptions options) {
        this.options = options;
        this.timer = Executors.newSingleThreadScheduledExecutor(threads());
    }

    /** Moves the token clock, by microseconds; negative moves it back. */
    public void shiftClock(long micros) {
        clockShift.addAndGet(micros);
    }

    @Override
    public DriverOptions options() {
        return options;
    }

    @Override
    public Ticker ticker() {
        return System::nanoTime;
    }

    @Override
    public TokenClock clock() {
        return () -> TokenClock.SYSTEM.micros() + clockShift.get();
    }

    @Override
    public ScheduledExecutorService timer() {
        return timer;
    }

    @Override
    public ThreadFactory threads() {
        return task -> {
            Thread thread = new Thread(task, "recording-context-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void granted(Grant grant) {
        granted.put(grant.id(), grant);
    }

    @Override
    public void look(AcquisitionId id) {
        looks.merge(id, 1, Integer::sum);
    }

    @Override
    public void lost(AcquisitionId id, LossReason reason) {
        lost.put(id, reason);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
