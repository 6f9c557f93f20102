package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LeaseLostException;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Chapter S, second part: whose grant it is. Most tests speak to the driver, one store request at a time. */
public interface OwnershipTck extends Chapter {
    /**
     * Releasing a former grant again leaves its successor alone. If this fails: is it compared and deleted in one step?
     */
    @Test
    @Verifies(Rule.S5)
    default void s5_releaseByAFormerHolderLeavesItsSuccessorAlone() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            LockDriver other = stage.driver();
            String name = stage.name();
            Grant former = Exchange.granted(driver, Stage.request(name, false));
            assertEquals(List.of(ReleaseOutcome.RELEASED), driver.release(List.of(former)));
            Grant current = Exchange.granted(driver, Stage.request(name, false));
            assertEquals(List.of(ReleaseOutcome.NOT_HELD), driver.release(List.of(former)), "a former grant");
            assertInstanceOf(Answer.Busy.class, other.enter(Stage.request(name, false)), "the lock was freed");
            assertEquals(List.of(ReleaseOutcome.RELEASED), driver.release(List.of(current)));
        }
    }

    /** A former token of the same acquire frees nothing. If this fails: does release compare the token too? */
    @Test
    @Verifies(Rule.S5)
    default void s5_releaseByAFormerTokenOfTheSameAcquireFreesNothing() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            LockDriver other = stage.driver();
            AcquireRequest request = Stage.request(stage.name(), false);
            Grant former = Exchange.granted(driver, request);
            assertEquals(List.of(ReleaseOutcome.RELEASED), driver.release(List.of(former)));
            Grant current = Exchange.granted(driver, request);
            assertTrue(current.token() > former.token(), "token of the second grant");
            assertEquals(List.of(ReleaseOutcome.NOT_HELD), driver.release(List.of(former)), "another token");
            assertInstanceOf(
                    Answer.Busy.class, other.enter(Stage.request(request.name().value(), false)), "the lock was freed");
            assertEquals(List.of(ReleaseOutcome.RELEASED), driver.release(List.of(current)));
        }
    }

    /** A release with another token or another id frees nothing. If this fails, look at what release compares. */
    @Test
    @Verifies(Rule.S5)
    default void s5_releaseComparesTokenAndId() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            Grant grant = Exchange.granted(driver, Stage.request(stage.name(), false));
            if (grant.ticket() != null) {
                driver.release(List.of(grant));
                throw new NotApplicable("the driver knows a grant by its ticket, which nobody else can have");
            }
            Grant otherToken =
                    new Grant(grant.id(), grant.name(), grant.token() - 1, grant.validFrom(), grant.leaseTime(), null);
            Grant otherId = new Grant(
                    AcquisitionId.random(), grant.name(), grant.token(), grant.validFrom(), grant.leaseTime(), null);
            assertEquals(List.of(ReleaseOutcome.NOT_HELD), driver.release(List.of(otherToken)), "another token");
            assertEquals(List.of(ReleaseOutcome.NOT_HELD), driver.release(List.of(otherId)), "another id");
            assertEquals(List.of(ReleaseOutcome.RELEASED), driver.release(List.of(grant)));
        }
    }

    /** Renewing a former grant says lost and leaves its successor alone. If this fails, look at what renew compares. */
    @Test
    @Verifies({Rule.S5, Rule.S7})
    default void s5_renewalOfAFormerGrantIsLost() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            LockDriver other = stage.driver();
            String name = stage.name();
            Grant former = Exchange.granted(driver, Stage.request(name, false));
            driver.release(List.of(former));
            assertInstanceOf(Renewal.Lost.class, driver.renew(List.of(former)).get(0), "nobody holds the lock");
            Grant current = Exchange.granted(other, Stage.request(name, false));
            assertInstanceOf(Renewal.Lost.class, driver.renew(List.of(former)).get(0), "another holds the lock");
            assertInstanceOf(
                    Renewal.Renewed.class, other.renew(List.of(current)).get(0), "the holder itself");
            other.release(List.of(current));
        }
    }

    /** A lease that was lost frees nothing when it is released. If this fails, look at release in driver and engine. */
    @Test
    @Verifies({Rule.S5, Rule.D11})
    default void s5_releaseOfALostLeaseLeavesItsSuccessorAlone() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease former = stage.client()
                    .named(name, LockOptions.defaults().renewal(false))
                    .acquire(Timing.patience());
            LockClient other = stage.steadyClient();
            Lease current = other.named(name).acquire(stage.lease().plus(Timing.patience()));
            assertEquals(ReleaseOutcome.NOT_HELD, former.release());
            assertTrue(current.isHeld());
            assertTrue(stage.client().named(name).tryAcquire().isEmpty(), "the lock was freed by a former holder");
            assertEquals(ReleaseOutcome.RELEASED, current.release());
        }
    }

    /** The same acquire, sent again, has the same grant. If this fails: does the store keep the id beside the grant? */
    @Test
    @Verifies(Rule.S6)
    default void s6_repeatedAcquireHasTheSameGrant() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            AcquireRequest request = Stage.request(stage.name(), false);
            Grant first = Exchange.granted(driver, request);
            Grant again = Exchange.granted(driver, Exchange.unanswered(request));
            assertEquals(first.token(), again.token(), "token of the repeated acquire");
            assertEquals(List.of(ReleaseOutcome.RELEASED), driver.release(List.of(again)));
            AcquireRequest next = Stage.request(request.name().value(), false);
            Grant after = Exchange.granted(driver, next);
            driver.release(List.of(after));
        }
    }

    /** The same wait, sent again, has one place in the queue. If this fails, look at what enter inserts. */
    @Test
    @Verifies({Rule.S6, Rule.S10})
    default void s6_repeatedWaitKeepsOnePlace() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            String name = stage.name();
            Grant holder = Exchange.granted(driver, Stage.request(name, false));
            AcquireRequest waiter = Stage.request(name, true);
            assertInstanceOf(Answer.Waiting.class, driver.enter(waiter));
            assertInstanceOf(Answer.Waiting.class, driver.enter(Exchange.unanswered(waiter)));
            driver.release(List.of(holder));
            Grant grant = Exchange.awaitGrant(driver, waiter);
            assertEquals(List.of(ReleaseOutcome.RELEASED), driver.release(List.of(grant)));
            Grant after = Exchange.granted(driver, Stage.request(name, false));
            driver.release(List.of(after));
        }
    }

    /** Looking for an acquire that never entered enters nothing. If this fails, look at what look inserts. */
    @Test
    @Verifies(Rule.S10)
    default void s10_lookNeverEnters() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            String name = stage.name();
            assertInstanceOf(Answer.Gone.class, driver.look(Stage.request(name, true)));
            Grant grant = Exchange.granted(driver, Stage.request(name, false));
            AcquireRequest stranger = Stage.request(name, true);
            assertInstanceOf(Answer.Gone.class, driver.look(stranger));
            driver.release(List.of(grant));
            assertInstanceOf(Answer.Gone.class, driver.look(stranger));
        }
    }

    /** Whoever leaves the queue is not granted the lock. If this fails, look at leave and at who is granted next. */
    @Test
    @Verifies(Rule.S10)
    default void s10_waiterThatLeftIsNotGranted() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.steadyDriver();
            String name = stage.name();
            Grant holder = Exchange.granted(driver, Stage.request(name, false));
            AcquireRequest waiter = Stage.request(name, true);
            assertInstanceOf(Answer.Waiting.class, driver.enter(waiter));
            awaitInStore(2);
            assertEquals(LeaveOutcome.GONE, driver.leave(waiter));
            assertEquals(LeaveOutcome.GONE, driver.leave(waiter), "leaving twice");
            if (harness().residue().isPresent()) {
                Await.until(
                        "nothing in the store of a waiter that left",
                        stage.longLease().dividedBy(3), // before the store drops a waiter that is not heard of
                        () -> harness().residue().orElseThrow().size() <= 1);
            }
            driver.release(List.of(holder));
            driver.release(List.of(Exchange.granted(driver, Stage.request(name, false))));
        }
    }

    /**
     * A waiter that leaves lets nobody past the holder. If this fails: is the one behind it taken for the next one,
     * although another holds the lock?
     */
    @Test
    @Verifies({Rule.S1, Rule.S10})
    default void s1_aWaiterThatLeavesLetsNobodyPast() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.steadyDriver();
            String name = stage.name();
            Lease holder = stage.steadyClient().named(name).acquire(Timing.patience());
            AcquireRequest between = Stage.request(name, true);
            assertInstanceOf(Answer.Waiting.class, driver.enter(between));
            // An engine, which looks only when it is told to: a look at every moment would hide what the driver
            // believes.
            CompletableFuture<Lease> last = stage.steadyClient().named(name).acquireAsync(Timing.patience());
            awaitInStore(3);
            assertEquals(LeaveOutcome.GONE, driver.leave(between));
            Await.never(
                    "a second holder, behind a waiter that left", stage.lease().dividedBy(4), last::isDone);
            assertEquals(ReleaseOutcome.RELEASED, holder.release());
            last.get(Timing.patience().toMillis(), TimeUnit.MILLISECONDS).release();
        }
    }

    /** A driver may send a waiter to the store after it has answered. */
    private void awaitInStore(int entries) throws Exception {
        if (harness().residue().isPresent()) {
            Await.until(
                    entries + " entries in the store",
                    Timing.patience(),
                    () -> harness().residue().orElseThrow().size() >= entries);
        }
    }

    /** Leaving gives back a grant that came first. If this fails, look at leave for the id of the holder. */
    @Test
    @Verifies(Rule.S10)
    default void s10_leaveGivesBackAGrantThatRaced() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            LockDriver other = stage.driver();
            String name = stage.name();
            Grant holder = Exchange.granted(driver, Stage.request(name, false));
            AcquireRequest waiter = Stage.request(name, true);
            assertInstanceOf(Answer.Waiting.class, driver.enter(waiter));
            driver.release(List.of(holder));
            Exchange.awaitGrant(driver, waiter);
            assertEquals(LeaveOutcome.GONE, driver.leave(waiter));
            other.release(List.of(Exchange.granted(other, Stage.request(name, false))));
        }
    }

    /** A grant that ended in the store stays ended. If this fails: does renew re-create what it does not find? */
    @Test
    @Verifies(Rule.S7)
    default void s7_expiredGrantIsNotBroughtBack() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease lease = stage.client().named(name).acquire(Timing.patience());
            if (!harness().expire(name)) {
                throw new NotApplicable("the harness cannot end a grant in this store");
            }
            Await.until("the loss of an ended grant", stage.lease().plus(Timing.patience()), () -> !lease.isHeld());
            assertThrows(LeaseLostException.class, lease::renew);
            assertFalse(lease.isHeld(), "a renewal brought the lease back");
            assertEquals(ReleaseOutcome.NOT_HELD, lease.release());
            stage.client().named(name).acquire(Timing.patience()).release();
        }
    }
}
