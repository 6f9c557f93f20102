package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.util.List;
import java.util.Optional;

/**
 * A driver that passes every call on to another one. Tests override single calls to delay them, to lose their replies
 * or to age their answers; the store behind stays a real one.
 */
public class ForwardingDriver implements LockDriver {
    private final LockDriver target;

    /** Passes on to this driver. */
    public ForwardingDriver(LockDriver target) {
        this.target = target;
    }

    @Override
    public DriverInfo info() {
        return target.info();
    }

    @Override
    public Answer enter(AcquireRequest request) throws InterruptedException {
        return target.enter(request);
    }

    @Override
    public Answer look(AcquireRequest request) throws InterruptedException {
        return target.look(request);
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        return target.leave(request);
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        return target.renew(grants);
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return target.release(grants);
    }

    @Override
    public Optional<RegisterDriver> registers() {
        return target.registers();
    }

    @Override
    public void close() {
        target.close();
    }
}
