package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.tck.Event;
import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.LostUpdate;
import dev.holdfast.lock.tck.LostUpdate.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One thread that wants one lock over and over: acquires, reads a fenced counter, works, writes it, releases, also when
 * its lease was lost meanwhile, and records each step.
 */
final class LoadWorker {
    private static final long SAMPLE_NANOS = 10_000_000;
    private static final long AFTER_A_FAILURE_NANOS = 20_000_000;

    private final String who;
    private final DistributedLock lock;
    private final History history;
    private final LostUpdate counter;
    private final AtomicLong grants;

    /** @param grants counts the leases of this lock */
    LoadWorker(String who, DistributedLock lock, History history, LostUpdate counter, AtomicLong grants) {
        this.who = who;
        this.lock = lock;
        this.history = history;
        this.counter = counter;
        this.grants = grants;
    }

    /** Goes on as long as that says so; each lease is held for up to this long. */
    void run(BooleanSupplier goOn, Duration longest, Random random) throws InterruptedException {
        while (goOn.getAsBoolean()) {
            history.add(Event.of(Kind.INVOKED, System.nanoTime(), who, lock.name()));
            Optional<Lease> lease;
            try {
                lease = lock.tryAcquire(Duration.ofSeconds(5));
            } catch (StoreUnavailableException e) {
                history.add(Event.of(Kind.UNKNOWN, System.nanoTime(), who, lock.name()));
                LockSupport.parkNanos(AFTER_A_FAILURE_NANOS);
                continue;
            }
            if (lease.isEmpty()) {
                history.add(Event.of(Kind.REFUSED, System.nanoTime(), who, lock.name()));
            } else {
                say(Kind.GRANTED, System.nanoTime(), lease.get());
                grants.incrementAndGet();
                hold(lease.get(), (long) (longest.toNanos() * random.nextDouble()));
            }
        }
    }

    private void hold(Lease lease, long nanos) throws InterruptedException {
        lease.onLost(loss -> say(Kind.LOST, lease, loss.reason().name()));
        say(Kind.READING, lease, "");
        Access seen = counter.accessForRead(lease.fencingToken());
        answered(seen, Kind.READ, lease);
        long end = System.nanoTime() + nanos;
        while (sample(lease) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(Math.min(SAMPLE_NANOS, Math.max(1, end - System.nanoTime())));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        if (seen.accepted()) {
            say(Kind.WRITING, lease, "");
            answered(counter.accessForWrite(lease.fencingToken(), seen.value() + 1), Kind.WROTE, lease);
        }
        sample(lease);
        say(Kind.RELEASING, lease, "");
        String outcome = lease.release().name();
        say(Kind.RELEASED, lease, outcome);
    }

    private boolean sample(Lease lease) {
        long before = System.nanoTime();
        if (lease.isHeld()) {
            say(Kind.HELD, before, lease);
            return true;
        }
        say(Kind.NOT_HELD, lease, "");
        return false;
    }

    private void answered(Access access, Kind accepted, Lease lease) {
        Kind kind = access.accepted() ? accepted : Kind.REJECTED;
        String detail = access.accepted() ? "" : accepted.name();
        history.add(new Event(
                kind,
                System.nanoTime(),
                who,
                lease.lockName(),
                lease.fencingToken(),
                access.value(),
                access.step(),
                detail));
    }

    private void say(Kind kind, long nanos, Lease lease) {
        long remaining = lease.remaining().toNanos();
        history.add(Event.of(kind, nanos, who, lease.lockName(), lease.fencingToken(), remaining));
    }

    private void say(Kind kind, Lease lease, String detail) {
        history.add(Event.of(kind, System.nanoTime(), who, lease.lockName(), lease.fencingToken(), detail));
    }
}
