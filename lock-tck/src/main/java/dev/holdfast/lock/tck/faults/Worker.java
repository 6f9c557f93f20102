package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.tck.Event;
import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.LostUpdate;
import dev.holdfast.lock.tck.LostUpdate.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * One contender: acquires, reads the protected resource, works for a while, writes, releases, and records each step. It
 * goes on to write when its lease is lost, as a program does that never asks: that is what the fence is for.
 */
final class Worker {
    private static final int SAMPLES_PER_LEASE = 100;
    private static final long AFTER_A_FAILURE_NANOS = 20_000_000;

    /** What a worker does while it holds the lock. */
    interface Work {
        /** Returns when the lock shall be released. */
        void with(Lease lease) throws InterruptedException;
    }

    private final String who;
    private final History history;
    private final Resources resources;
    private final long sampleNanos;

    Worker(String who, History history, Resources resources, Duration lease) {
        this.who = who;
        this.history = history;
        this.resources = resources;
        this.sampleNanos = lease.toNanos() / SAMPLES_PER_LEASE;
    }

    /** One attempt, and if it gets a lease, this work under it. Whether it did. */
    boolean attempt(DistributedLock lock, Duration wait, Work work) throws InterruptedException {
        history.add(Event.of(Kind.INVOKED, System.nanoTime(), who, lock.name()));
        Optional<Lease> lease;
        try {
            lease = lock.tryAcquire(wait);
        } catch (StoreUnavailableException e) {
            history.add(Event.of(Kind.UNKNOWN, System.nanoTime(), who, lock.name()));
            LockSupport.parkNanos(AFTER_A_FAILURE_NANOS);
            return false;
        }
        if (lease.isEmpty()) {
            history.add(Event.of(Kind.REFUSED, System.nanoTime(), who, lock.name()));
            return false;
        }
        say(Kind.GRANTED, System.nanoTime(), lease.get());
        hold(lease.get(), work);
        return true;
    }

    private void hold(Lease lease, Work work) throws InterruptedException {
        lease.onLost(loss -> say(Kind.LOST, lease, loss.reason().name()));
        LostUpdate fenced = resources.fenced(lease.lockName());
        LostUpdate plain = resources.plain(lease.lockName());
        say(Kind.READING, lease, "");
        Access seen = fenced.accessForRead(lease.fencingToken());
        answered(seen, Kind.READ, lease);
        long before = plain.value();
        try {
            work.with(lease);
        } finally {
            plain.write(0, before + 1);
            if (seen.accepted()) {
                say(Kind.WRITING, lease, "");
                answered(fenced.accessForWrite(lease.fencingToken(), seen.value() + 1), Kind.WROTE, lease);
            }
            sample(lease);
            say(Kind.RELEASING, lease, "");
            String outcome = lease.release().name();
            say(Kind.RELEASED, lease, outcome);
            sample(lease);
        }
    }

    /** Works for this long, or until the lease is found to be lost; asks it all the time. */
    void work(Lease lease, Duration howLong) throws InterruptedException {
        long end = System.nanoTime() + howLong.toNanos();
        while (sample(lease) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(sampleNanos);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Renews on demand, beside the renewal that goes on by itself. */
    void renew(Lease lease) {
        say(Kind.RENEWING, lease, "");
        try {
            lease.renew();
            say(Kind.RENEWED, System.nanoTime(), lease);
        } catch (LockException e) {
            say(Kind.NOT_RENEWED, lease, e.getClass().getSimpleName());
        }
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
