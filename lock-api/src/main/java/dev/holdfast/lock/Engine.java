package dev.holdfast.lock;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is the same for every store: who waits, who holds, and the parts that act on them. Each part has one job and one
 * file: {@link Acquisition} acquires, {@link Renewals} renews, {@link Deadlines} loses, {@link Releases} releases,
 * {@link Cleanup} takes back, {@link Listeners} runs user code.
 */
final class Engine {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final int ASYNC_THREADS_MAX = 8;

    private final String store;
    private final ClientOptions options;
    private final LockDriver driver;
    private final EngineContext context;
    private final Map<AcquisitionId, Acquisition> waiting = new ConcurrentHashMap<>();
    private final Map<AcquisitionId, HeldLease> held = new ConcurrentHashMap<>();
    private final Map<AcquisitionId, HeldLease> lingering = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch nobodyWaits = new CountDownLatch(1);
    private final Gate gate = new Gate();
    private final Listeners callbacks;
    private final Cleanup cleanup;
    private final Renewals renewals;
    private final Deadlines deadlines;
    private final Releases releases;
    private final ThreadPoolExecutor async;
    private final ShutdownHook shutdownHook;

    Engine(String store, ClientOptions options, LockDriver driver, EngineContext context) {
        this.store = store;
        this.options = options;
        this.driver = driver;
        this.context = context;
        this.callbacks = new Listeners(context.threads("callback"));
        this.cleanup = new Cleanup(driver, context.threads("cleanup"));
        this.releases = new Releases(this);
        this.deadlines = new Deadlines(held.values(), context.timer(), this::now);
        this.renewals = new Renewals(driver, driver.info().leaseTime(), this::renewable, context.threads("renewal"));
        this.async = new ThreadPoolExecutor(
                ASYNC_THREADS_MAX,
                ASYNC_THREADS_MAX,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                context.threads("async"));
        async.allowCoreThreadTimeOut(true);
        this.shutdownHook = options.shutdownHook() ? ShutdownHook.add(this::close) : ShutdownHook.NONE;
    }

    String store() {
        return store;
    }

    ClientOptions options() {
        return options;
    }

    DriverInfo info() {
        return driver.info();
    }

    LockDriver driver() {
        return driver;
    }

    long now() {
        return context.ticker().nanos();
    }

    boolean closed() {
        return closed.get();
    }

    Gate gate() {
        return gate;
    }

    Listeners callbacks() {
        return callbacks;
    }

    Cleanup cleanup() {
        return cleanup;
    }

    Renewals renewals() {
        return renewals;
    }

    /** Runs a task that does not block after this time; not at all once the client is closed. */
    @Nullable
    Future<?> after(long nanos, Runnable task) {
        try {
            return context.timer().schedule(task, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException clientClosed) {
            return null;
        }
    }

    Optional<Lease> acquire(LockName name, LockOptions lockOptions, Duration maxWait) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Acquisition acquisition = new Acquisition(this, name, lockOptions, maxWait);
        waits(acquisition);
        for (long wait = acquisition.step(); wait > 0; wait = acquisition.step()) {
            try {
                acquisition.mailbox().await(wait);
            } catch (InterruptedException e) {
                acquisition.stop();
                throw e;
            }
        }
        return acquisition.result().map(Lease::new);
    }

    CompletableFuture<Lease> acquireAsync(LockName name, LockOptions lockOptions, Duration maxWait) {
        Acquisition acquisition = new Acquisition(this, name, lockOptions, maxWait);
        waits(acquisition);
        return new AsyncAcquire(this, acquisition, name.value(), async).start();
    }

    AcquireTimeoutException heldByAnother(String name) {
        boolean byUs = held.values().stream().anyMatch(lease -> lease.name().equals(name));
        return new AcquireTimeoutException(
                "lock '" + name + "' at " + store + " was held by another for the whole wait"
                        + (byUs ? "; this client itself holds it: a lock does not re-enter, pass the lease on" : ""),
                null);
    }

    void waits(Acquisition acquisition) {
        waiting.put(acquisition.id(), acquisition);
    }

    void waitsNoMore(AcquisitionId id) {
        waiting.remove(id);
        if (closed() && waiting.isEmpty()) {
            nobodyWaits.countDown();
        }
    }

    void hold(HeldLease lease) {
        held.put(lease.grant().id(), lease);
        deadlines.watch(lease);
        if (closed()) {
            // close() may have taken its list of leases before this one was on it.
            lease.release();
            throw new LockClosedException(lease + " was granted while the client was closed; it is given back", null);
        }
    }

    private List<HeldLease> renewable() {
        List<HeldLease> leases = new ArrayList<>(lingering.values());
        held.values().stream().filter(HeldLease::renewable).forEach(leases::add);
        return leases;
    }

    void renewNow(HeldLease lease) {
        Renewal outcome = renewals.request(List.of(lease.grant())).get(0);
        lease.renewed(outcome);
        if (outcome instanceof Renewal.Unknown) {
            throw new StoreUnavailableException("renewing " + lease + " brought no answer", null);
        }
    }

    ReleaseOutcome release(HeldLease lease) {
        AcquisitionId id = lease.grant().id();
        held.remove(id);
        long back = lease.minHoldLeftNanos();
        if (back <= 0 || closed()) {
            return releases.release(lease.grant(), lease.deadline());
        }
        lingering.put(id, lease);
        Future<?> end = after(back, () -> {
            lingering.remove(id);
            cleanup.release(lease.grant());
        });
        // Without a timer the client is closing; the grant lapses, as minHold says.
        return end == null ? ReleaseOutcome.UNKNOWN : ReleaseOutcome.RELEASED;
    }

    /** A lease is lost. Where the store may still have the grant (a session lives on), it is taken back (rule L3). */
    void ended(HeldLease lease, LossReason reason) {
        held.remove(lease.grant().id());
        if (reason == LossReason.DEADLINE || reason == LossReason.MAX_HOLD) {
            cleanup.release(lease.grant());
        }
    }

    // What the driver calls.

    void granted(Grant grant) {
        AcquisitionId id = grant.id();
        Acquisition acquisition = waiting.get(id);
        boolean taken = acquisition != null
                && acquisition.id().equals(id)
                && acquisition.mailbox().offer(grant);
        // A lease is put among the held before its acquire stops waiting: whoever finds neither finds an abandoned one.
        if (!taken && !held.containsKey(id) && !lingering.containsKey(id)) {
            cleanup.leave(releases.request(grant));
        }
    }

    void look(AcquisitionId id) {
        Acquisition acquisition = waiting.get(id);
        if (acquisition != null) {
            acquisition.mailbox().nudge();
        }
    }

    void lost(AcquisitionId id, LossReason reason) {
        Acquisition acquisition = waiting.get(id);
        if (acquisition != null) {
            acquisition.mailbox().lost(reason);
        }
        // After the mailbox: an acquire puts its lease among the held first and then looks into the mailbox.
        HeldLease lease = held.get(id);
        if (lease != null) {
            lease.lose(reason);
        }
    }

    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        long bound = options.storeTimeout().toNanos();
        waiting.values().forEach(acquisition -> acquisition.mailbox().nudge());
        releases.releaseAll(List.copyOf(held.values()), bound);
        held.clear();
        awaitWaiters(bound);
        async.shutdown();
        cleanup.close(bound);
        renewals.close();
        driver.close();
        context.close();
        callbacks.close();
        shutdownHook.remove();
    }

    /** Waiters see the client closed and hand their ids to the cleanup before that ends. */
    private void awaitWaiters(long boundNanos) {
        if (waiting.isEmpty()) {
            return;
        }
        try {
            if (!nobodyWaits.await(boundNanos, TimeUnit.NANOSECONDS)) {
                LOG.debug("{}: {} acquires are still under way; they lapse", store, waiting.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
