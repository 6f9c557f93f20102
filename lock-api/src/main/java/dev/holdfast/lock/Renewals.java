package dev.holdfast.lock;

import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews every lease of the client in one batch each third of the lease time, on a thread of its own; what brought no
 * answer is tried again sooner, until its deadline.
 */
final class Renewals {
    private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);
    private static final long SHORTEST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final LockDriver driver;
    private final Supplier<List<HeldLease>> renewable;
    private final ScheduledThreadPoolExecutor executor;
    private final long retryNanos;

    Renewals(LockDriver driver, Duration leaseTime, Supplier<List<HeldLease>> renewable, ThreadFactory threads) {
        this.driver = driver;
        this.renewable = renewable;
        this.executor = new ScheduledThreadPoolExecutor(1, threads);
        this.retryNanos = Math.max(SHORTEST_RETRY_NANOS, leaseTime.toNanos() / 20);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        long interval = leaseTime.toNanos() / 3;
        Future<?> unused = executor.scheduleAtFixedRate(this::renewAll, interval, interval, TimeUnit.NANOSECONDS);
    }

    private void renewAll() {
        try {
            renew(renewable.get());
        } catch (RuntimeException e) {
            // A periodic task that throws is never run again, and every lease would be lost.
            LOG.error("Renewal failed unexpectedly; it goes on", e);
        }
    }

    private void renew(List<HeldLease> leases) {
        if (leases.isEmpty()) {
            return;
        }
        List<Renewal> outcomes = request(leases.stream().map(HeldLease::grant).toList());
        List<HeldLease> unanswered = new ArrayList<>();
        for (int i = 0; i < leases.size(); i++) {
            leases.get(i).renewed(outcomes.get(i));
            if (outcomes.get(i) instanceof Renewal.Unknown && leases.get(i).renewable()) {
                unanswered.add(leases.get(i));
            }
        }
        if (!unanswered.isEmpty()) {
            retryLater(unanswered);
        }
    }

    private void retryLater(List<HeldLease> unanswered) {
        try {
            Future<?> unused = executor.schedule(
                    () -> renew(unanswered.stream().filter(HeldLease::renewable).toList()),
                    retryNanos,
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("Client closed; no more renewal", closed);
        }
    }

    /** One batch; a request without an answer is unknown for each grant, never a loss. */
    List<Renewal> request(List<Grant> grants) {
        try {
            return driver.renew(grants);
        } catch (StoreException e) {
            LOG.debug("Renewal of {} leases brought no answer", grants.size(), e);
            return Collections.nCopies(grants.size(), new Renewal.Unknown());
        }
    }

    /** Renews one fresh grant within this time, so that its acquire keeps its budget. */
    Renewal request(Grant grant, long nanos, long storeTimeoutNanos) {
        if (nanos >= storeTimeoutNanos) {
            return request(List.of(grant)).get(0);
        }
        try {
            return CompletableFuture.supplyAsync(() -> request(List.of(grant)).get(0), executor)
                    .completeOnTimeout(new Renewal.Unknown(), Math.max(0, nanos), TimeUnit.NANOSECONDS)
                    .join();
        } catch (RejectedExecutionException closed) {
            return new Renewal.Unknown();
        }
    }

    void close() {
        executor.shutdownNow();
    }
}
