package dev.holdfast.lock;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.StoreException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives grants back. Never throws and never asks the breaker; an outcome that stays open is settled in the background.
 */
final class Releases {
    private static final Logger LOG = LoggerFactory.getLogger(Releases.class);
    private static final int BATCH = 500;

    private final Engine engine;

    Releases(Engine engine) {
        this.engine = engine;
    }

    /** What takes back a grant for which nobody waits. */
    AcquireRequest request(Grant grant) {
        return new AcquireRequest(
                grant.id(), grant.name(), true, false, engine.options().storeTimeout());
    }

    /** Releases one grant, repeated for at most one store timeout while no answer comes. */
    ReleaseOutcome release(Grant grant, long deadline) {
        // An interrupt is for the user's code; a release that it broke off would leave the lock to its lease time.
        boolean interrupted = Thread.interrupted();
        try {
            return repeat(grant, deadline);
        } catch (InterruptedException e) {
            interrupted = true;
            engine.cleanup().release(grant);
            return ReleaseOutcome.UNKNOWN;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ReleaseOutcome repeat(Grant grant, long deadline) throws InterruptedException {
        Backoff backoff = new Backoff(20, 500);
        long end = engine.now() + engine.options().storeTimeout().toNanos();
        boolean unanswered = false;
        while (true) {
            ReleaseOutcome outcome = ReleaseOutcome.UNKNOWN;
            try {
                outcome = engine.driver().release(List.of(grant)).get(0);
                unanswered |= outcome == ReleaseOutcome.UNKNOWN;
            } catch (StoreException e) {
                LOG.debug("Release of {} brought no answer", grant.name(), e);
                unanswered |= e.kind() == StoreException.Kind.UNKNOWN;
            }
            if (outcome == ReleaseOutcome.NOT_HELD && unanswered) {
                // An earlier try may be what released it: certain only while nothing else can have ended the grant.
                return engine.now() - deadline < 0 ? ReleaseOutcome.RELEASED : ReleaseOutcome.UNKNOWN;
            }
            if (outcome != ReleaseOutcome.UNKNOWN) {
                return outcome;
            }
            long pause = backoff.nextNanos();
            if (engine.now() + pause - end >= 0 || engine.closed()) {
                engine.cleanup().release(grant);
                return ReleaseOutcome.UNKNOWN;
            }
            new CountDownLatch(1).await(pause, TimeUnit.NANOSECONDS);
        }
    }

    /** Releases the leases of a closing client in batches until the bound is spent; the others lapse. */
    void releaseAll(List<HeldLease> leases, long boundNanos) {
        long end = engine.now() + boundNanos;
        List<HeldLease> ending = new ArrayList<>(leases);
        ending.removeIf(lease -> !lease.leaveHeld());
        for (int from = 0; from < ending.size(); from += BATCH) {
            List<HeldLease> batch = ending.subList(from, Math.min(from + BATCH, ending.size()));
            List<ReleaseOutcome> outcomes = Collections.nCopies(batch.size(), ReleaseOutcome.UNKNOWN);
            if (engine.now() - end < 0) {
                try {
                    outcomes = engine.driver()
                            .release(batch.stream().map(HeldLease::grant).toList());
                } catch (StoreException e) {
                    LOG.warn("{}: {} leases could not be released and lapse", engine.store(), batch.size(), e);
                }
            }
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).releasedByClose(outcomes.get(i));
            }
        }
    }
}
