package org.example.filelock;

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
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The protocol: every method is one step of the {@link FileStore}. A step happens while its caller waits for it or not
 * at all, so nothing can arrive late, and no outcome but that of a failing disk is unknown. Safe for use by several
 * threads.
 */
final class FileDriver implements LockDriver {
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(200);
    private static final Duration LONGEST_LEASE = Duration.ofHours(24);

    private final FileStore store;
    private final DriverContext context;
    private final String namespace;
    private final Duration leaseTime;
    private volatile boolean closed;

    FileDriver(FileStore store, DriverContext context) {
        Duration asked = context.options().leaseTime();
        if (asked.compareTo(SHORTEST_LEASE) < 0 || asked.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException(
                    "leaseTime " + asked.toMillis() + "ms: between 200ms and 24h are possible");
        }
        this.store = store;
        this.context = context;
        this.namespace = context.options().namespace();
        this.leaseTime = Duration.ofMillis((asked.toNanos() + 999_999) / 1_000_000); // rounded up
    }

    @Override
    public DriverInfo info() {
        // Not DIRECT_WAKEUP: waiters poll. Not SURVIVES_RESTART: nothing forces the files to disk.
        return new DriverInfo(
                "file",
                System.getProperty("os.version"),
                Set.of(Claim.FIFO),
                leaseTime,
                List.of("locks in files exclude the processes of one machine, on a local file system"));
    }

    @Override
    public Answer enter(AcquireRequest request) {
        return ask(request, true);
    }

    @Override
    public Answer look(AcquireRequest request) {
        return ask(request, false);
    }

    private Answer ask(AcquireRequest request, boolean entering) {
        AcquisitionId id = request.id();
        // Before the step, hence before the expiry is computed: the deadline is never later than the expiry (rule S4).
        long validFrom = context.ticker().nanos();
        return step(request.timeout(), () -> {
            LockFile file = store.read(namespace, request.name());
            if (!entering && !file.isHeldBy(id) && !file.waits(id)) {
                return new Answer.Gone();
            }
            if (file.isHeldBy(id) || file.isFreeFor(id)) {
                // A repeated request finds its own grant: the same token, and its timer runs anew (rule S6).
                long token = file.isHeldBy(id) ? file.holder().orElseThrow().token() : nextToken(file);
                store.write(namespace, request.name(), file.heldBy(id, token, store.now() + micros(leaseTime)));
                return new Answer.Granted(new Grant(id, request.name(), token, validFrom, leaseTime, null));
            }
            if (!request.mayWait()) {
                return new Answer.Busy();
            }
            // A waiter that has not looked for most of a lease is taken for dead; a live one looks far more often.
            long aliveUntil = store.now() + micros(leaseTime) * 2 / 3;
            store.write(namespace, request.name(), file.withWaiter(id, aliveUntil));
            return new Answer.Waiting(Duration.ofMillis(ThreadLocalRandom.current().nextLong(50, 80)));
        });
    }

    /** Above every earlier one (rule S2), and on the scale of all stores, so that a service can change its store. */
    private long nextToken(LockFile file) {
        long floor = Math.max(context.options().tokenFloor(), file.token());
        return Math.max(floor + 1, context.clock().micros());
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        return step(request.timeout(), () -> {
            LockFile file = store.read(namespace, request.name());
            LockFile left = file.withoutWaiter(request.id());
            store.write(namespace, request.name(), left.isHeldBy(request.id()) ? left.withoutHolder() : left);
            return LeaveOutcome.GONE;
        });
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        long validFrom = context.ticker().nanos();
        return step(context.options().storeTimeout(), () -> {
            List<Renewal> outcomes = new ArrayList<>(grants.size());
            for (Grant grant : grants) {
                LockFile file = store.read(namespace, grant.name());
                if (file.isHeldBy(grant.id(), grant.token())) {
                    long expiry = store.now() + micros(leaseTime);
                    store.write(namespace, grant.name(), file.heldBy(grant.id(), grant.token(), expiry));
                    outcomes.add(new Renewal.Renewed(validFrom, leaseTime));
                } else {
                    outcomes.add(new Renewal.Lost(LossReason.EXPIRED));
                }
            }
            return outcomes;
        });
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return step(context.options().storeTimeout(), () -> {
            List<ReleaseOutcome> outcomes = new ArrayList<>(grants.size());
            for (Grant grant : grants) {
                LockFile file = store.read(namespace, grant.name());
                boolean held = file.isHeldBy(grant.id(), grant.token());
                if (held) {
                    store.write(namespace, grant.name(), file.withoutHolder());
                }
                outcomes.add(held ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
            }
            return outcomes;
        });
    }

    private <T> T step(Duration timeout, FileStore.Step<T> step) {
        if (closed) {
            throw StoreException.notExecuted("the file client is closed", null);
        }
        return store.alone(timeout, step);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    @Override
    public void close() {
        closed = true; // no thread, no connection, no open file
    }
}
