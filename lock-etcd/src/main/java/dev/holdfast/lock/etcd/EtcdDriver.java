package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Claim;
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
import io.etcd.jetcd.lease.LeaseRevokeResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** One client of one etcd cluster. The protocol is in docs/etcd.md, step by step with what a crash leaves behind. */
final class EtcdDriver implements LockDriver {
    private static final Set<Claim> CLAIMS = Set.of(
            Claim.FIFO,
            Claim.DIRECT_WAKEUP,
            Claim.SURVIVES_RESTART,
            Claim.TOKENS_SURVIVE_DATA_LOSS,
            Claim.FENCED_REGISTER);

    private final DriverContext context;
    private final EtcdConnection connection;
    private final EtcdScale scale;
    private final EtcdTxns txns;
    private final EtcdSessions sessions;
    private final EtcdWatches watches;
    private final EtcdSlots slots;
    private final EtcdAcquires acquires;
    private final EtcdLeases leases;
    private final EtcdRegisters registers;
    private final Map<AcquisitionId, EtcdAttempt> attempts = new ConcurrentHashMap<>();
    private volatile DriverInfo info;

    private EtcdDriver(EtcdConnection connection, DriverContext context, long ttlSeconds) {
        this.context = context;
        this.connection = connection;
        EtcdLayout layout = new EtcdLayout(context.options().namespace());
        this.scale =
                new EtcdScale(context.clock(), layout.root(), context.options().tokenFloor());
        this.txns = new EtcdTxns(connection, scale, this::reset);
        EtcdQueue queue = new EtcdQueue(txns, layout);
        this.slots = new EtcdSlots(layout);
        EtcdSweeper sweeper = new EtcdSweeper(connection, layout, slots, attempts, a -> lose(a, LossReason.REVOKED));
        this.sessions = new EtcdSessions(txns, layout, context, ttlSeconds, this::sessionEnded, sweeper::beat);
        this.watches = new EtcdWatches(connection, layout, context);
        this.acquires = new EtcdAcquires(attempts, slots, queue, sessions, watches, txns);
        this.leases = new EtcdLeases(attempts, slots, queue, sessions);
        this.registers = new EtcdRegisters(txns, layout, context.options().storeTimeout());
        this.info = new DriverInfo("etcd", "unknown", CLAIMS, Duration.ofSeconds(ttlSeconds), List.of());
    }

    /**
     * Connects and checks; leaves nothing open if that fails.
     *
     * @param targets where single servers listen; empty to ask the cluster
     */
    static LockDriver open(EtcdConnection connection, List<String> targets, DriverContext context, long ttlSeconds) {
        EtcdDriver driver = new EtcdDriver(connection, context, ttlSeconds);
        boolean opened = false;
        try {
            driver.check(targets);
            opened = true;
            return driver;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.notExecuted(
                    "interrupted while opening " + connection.errors().store(), e);
        } finally {
            if (!opened) {
                driver.close();
            }
        }
    }

    private void check(List<String> targets) throws InterruptedException {
        RequestDeadline deadline = deadline(context.options().connectTimeout());
        List<String> members = targets.isEmpty() ? EtcdOpening.members(connection, deadline) : targets;
        EtcdOpening.Server server = EtcdOpening.server(connection, members, deadline);
        EtcdSession first = sessions.live(deadline);
        EtcdOpening.claimNamespace(txns, new EtcdLayout(context.options().namespace()), deadline);
        String version = server.version().map(EtcdVersion::toString).orElse("unknown");
        this.info = new DriverInfo("etcd", version, CLAIMS, first.beat().ttl(), server.remarks());
    }

    private RequestDeadline deadline(Duration timeout) {
        return RequestDeadline.in(context.ticker(), timeout);
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
        return leases.renew(grants, deadline(context.options().storeTimeout()));
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return leases.release(grants, deadline(context.options().storeTimeout()));
    }

    @Override
    public Optional<RegisterDriver> registers() {
        return Optional.of(registers);
    }

    /** The session is over: its leases are lost, its waiters enter again. Then it is given back, to free the queues. */
    private void sessionEnded(EtcdSession session, LossReason reason) {
        for (EtcdAttempt attempt : attempts.values()) {
            if (attempt.session() == session) {
                if (attempt.held()) {
                    lose(attempt, reason);
                } else {
                    context.look(attempt.id());
                }
            }
        }
        if (!session.buried()) {
            CompletableFuture<LeaseRevokeResponse> ignored = connection
                    .send(c -> c.getLeaseClient().revoke(session.lease()))
                    .whenComplete((answer, error) -> {
                        if (error == null || EtcdErrors.leaseNotFound(error)) {
                            session.burial();
                        }
                    });
        }
    }

    private void lose(EtcdAttempt attempt, LossReason reason) {
        if (attempt.held() && attempts.remove(attempt.id(), attempt)) {
            slots.retire(attempt.slot());
            context.lost(attempt.id(), reason);
        }
    }

    private void reset(long revision) {
        scale.reset(revision);
        sessions.endCurrent(LossReason.STORE_RESET);
    }

    /** For tests: how many watches are open. */
    int watches() {
        return watches.size();
    }

    /** For tests: the session in use. */
    EtcdSession session() throws InterruptedException {
        return sessions.live(deadline(context.options().storeTimeout()));
    }

    @Override
    public void close() {
        watches.close();
        sessions.close(deadline(context.options().storeTimeout()));
        connection.close();
    }
}
