package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.Ticker;
import dev.holdfast.lock.spi.TokenClock;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Passes nothing on that the driver calls, as if every push of the store were lost. */
final class DeafContext implements DriverContext {
    final AtomicLong unheard = new AtomicLong();
    private final DriverContext target;
    private final Map<String, String> parameters;

    /** Over this context, with these parameters of the driver. */
    DeafContext(DriverContext target, Map<String, String> parameters) {
        this.target = target;
        this.parameters = parameters;
    }

    @Override
    public DriverOptions options() {
        DriverOptions options = target.options();
        return new DriverOptions(
                options.namespace(),
                options.leaseTime(),
                options.connectTimeout(),
                options.storeTimeout(),
                options.tokenFloor(),
                parameters);
    }

    @Override
    public Ticker ticker() {
        return target.ticker();
    }

    @Override
    public TokenClock clock() {
        return target.clock();
    }

    @Override
    public ScheduledExecutorService timer() {
        return target.timer();
    }

    @Override
    public ThreadFactory threads() {
        return target.threads();
    }

    @Override
    public void granted(Grant grant) {
        unheard.incrementAndGet();
    }

    @Override
    public void look(AcquisitionId id) {
        unheard.incrementAndGet();
    }

    @Override
    public void lost(AcquisitionId id, LossReason reason) {
        unheard.incrementAndGet();
    }
}
