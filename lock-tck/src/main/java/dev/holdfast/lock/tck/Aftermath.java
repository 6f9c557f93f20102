package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.UnknownOutcomeException;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.Optional;

/** What must be so once a fault is over, whatever the fault was. */
final class Aftermath {
    private Aftermath() {}

    /** The lock can be acquired within a lease time, the slack of the store and some patience, and nothing is left. */
    static void freeAndEmpty(Stage stage, String name) throws Exception {
        LockHarness harness = stage.harness();
        Duration bound = stage.longLease().plus(harness.crashSlack()).plus(Timing.patience());
        acquire(stage.client(), name, bound).release();
        if (harness.residue().isPresent()) {
            Await.until("nothing in the store", bound, () -> harness.residue()
                    .orElseThrow()
                    .isEmpty());
        }
    }

    /** A lease, although the store may still be unavailable at first. */
    static Lease acquire(LockClient client, String name, Duration within) throws Exception {
        long end = System.nanoTime() + within.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
            try {
                return client.named(name).acquire(left);
            } catch (StoreUnavailableException stillDown) {
                assertTrue(System.nanoTime() - end < 0, "not within " + within + ": " + stillDown);
                Await.holdsWithin(Duration.ofMillis(10), () -> false);
            }
        }
    }

    /** The client of the former holder may need some requests until it has found the store again. */
    static void lateWriteIsRefused(RegisterTck.Cell former, long token) throws Exception {
        Await.until("an answer to the late write", Timing.patience().multipliedBy(2), () -> {
            try {
                former.refusedWrite(token, "late");
                return true;
            } catch (StoreUnavailableException | UnknownOutcomeException notYet) {
                return false;
            }
        });
    }

    /**
     * A lease whose grant the store has forgotten, and its successor: the token of the successor is higher, the former
     * holder sees the loss within a lease time, and nothing that it does harms the successor.
     */
    static void successorIsSafe(Stage stage, Lease former, Lease successor) throws Exception {
        assertTrue(
                successor.fencingToken() > former.fencingToken(),
                "token " + successor.fencingToken() + " after " + former.fencingToken());
        Duration bound = stage.longLease().plus(Timing.scheduling());
        Await.until("the loss of the lease that the store had forgotten", bound, () -> !former.isHeld());
        ReleaseOutcome outcome = former.release();
        assertNotEquals(ReleaseOutcome.RELEASED, outcome, "of a lease that was lost");
        assertFalse(former.isHeld());
        assertTrue(successor.isHeld(), "the successor lost its lease");
        successor.renew();
        Optional<Lease> third = stage.client().named(successor.lockName()).tryAcquire();
        assertTrue(third.isEmpty(), "the former holder freed the lock of its successor");
        assertEquals(ReleaseOutcome.RELEASED, successor.release());
    }
}
