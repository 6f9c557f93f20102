package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Locks in ZooKeeper: a queue of ephemeral sequential nodes for each lock, all in one pinned session. */
final class ZooKeeperDriver implements LockDriver {
    private final DriverContext context;
    private final DriverInfo info;
    private final ZooKeeperConnection connection;
    private final Map<AcquisitionId, Place> places;
    private final Queueing queueing;
    private final Holding holding;
    private final ZooKeeperRegisters registers;

    ZooKeeperDriver(
            DriverContext context,
            DriverInfo info,
            ZooKeeperConnection connection,
            ZooKeeperLayout layout,
            Map<AcquisitionId, Place> places) {
        this.context = context;
        this.info = info;
        this.connection = connection;
        this.places = places;
        this.queueing = new Queueing(context, connection, layout, places);
        this.holding = new Holding(context, connection, layout, places);
        this.registers = new ZooKeeperRegisters(context, connection, layout);
        connection.beatEvery(info.leaseTime(), () -> !places.isEmpty());
    }

    static Map<AcquisitionId, Place> noPlaces() {
        return new ConcurrentHashMap<>();
    }

    /** Holders have lost; waiters queue anew. */
    static void sessionEnded(ZooKeeperSession session, Map<AcquisitionId, Place> places, DriverContext context) {
        List<Place> affected = places.values().stream()
                .filter(place -> place.session() == session)
                .toList();
        for (Place place : affected) {
            if (place.granted()) {
                places.remove(place.id(), place);
                context.lost(place.id(), LossReason.SESSION_LOST);
            } else {
                context.look(place.id());
            }
        }
    }

    @Override
    public DriverInfo info() {
        return info;
    }

    @Override
    public Answer enter(AcquireRequest request) throws InterruptedException {
        return queueing.enter(request, Deadline.after(context.ticker(), request.timeout()));
    }

    @Override
    public Answer look(AcquireRequest request) throws InterruptedException {
        return queueing.look(request, Deadline.after(context.ticker(), request.timeout()));
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        Deadline deadline = Deadline.after(context.ticker(), request.timeout());
        try {
            Uninterrupted.run(() -> queueing.leave(request, deadline));
            return LeaveOutcome.GONE;
        } catch (StoreException e) {
            return LeaveOutcome.UNKNOWN; // the engine repeats; what went wrong shows in the calls that throw
        }
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        return holding.renew(grants);
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return holding.release(grants);
    }

    @Override
    public Optional<RegisterDriver> registers() {
        return Optional.of(registers);
    }

    @Override
    public void close() {
        connection.close(
                places.values().stream().flatMap(place -> place.path().stream()).toList());
    }
}
