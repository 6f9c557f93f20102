package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.util.List;

/** The protocol of docs/redlock.md, from the client's side. Safe for use by several threads. */
final class RedlockDriver implements LockDriver {
    private final RedlockNodes nodes;
    private final DriverInfo info;
    private final RedlockAcquires acquires;
    private final RedlockLeases leases;

    RedlockDriver(DriverContext context, RedlockNodes nodes, RedlockSettings settings, DriverInfo info) {
        this.nodes = nodes;
        this.info = info;
        RedlockWithdrawal withdrawal = new RedlockWithdrawal(nodes, context, settings.leaseTime());
        this.acquires = new RedlockAcquires(context, nodes, settings, withdrawal);
        this.leases = new RedlockLeases(context, nodes, settings, withdrawal);
    }

    @Override
    public DriverInfo info() {
        return info;
    }

    @Override
    public Answer enter(AcquireRequest request) throws InterruptedException {
        return acquires.enter(request);
    }

    @Override
    public Answer look(AcquireRequest request) throws InterruptedException {
        return acquires.look(request);
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        return acquires.leave(request);
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        List<Renewal> renewals = leases.renew(grants);
        for (int i = 0; i < grants.size(); i++) {
            if (renewals.get(i) instanceof Renewal.Lost) {
                acquires.forget(grants.get(i).id());
            }
        }
        return renewals;
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        grants.forEach(grant -> acquires.forget(grant.id()));
        return leases.release(grants);
    }

    @Override
    public void close() {
        nodes.close();
    }
}
