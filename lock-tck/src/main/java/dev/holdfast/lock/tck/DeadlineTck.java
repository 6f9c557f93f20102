package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LeaseLostException;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.Loss;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Chapter D, first part: when a lease ends, and S4 and S7 that hang on it. */
public interface DeadlineTck extends Chapter {
    /** How long a grant of this lease time may be held at most, from the sending of its request. */
    private static Duration usable(Duration leaseTime) {
        Duration onePercent = leaseTime.dividedBy(100);
        Duration twoMillis = Duration.ofMillis(2);
        return leaseTime.minus(onePercent.compareTo(twoMillis) > 0 ? onePercent : twoMillis);
    }

    /** A fixed lease ends within lease time less margin of its grant. If this fails, look at the deadline. */
    @Test
    @Verifies(Rule.S4)
    default void s4_leaseIsNotHeldBeyondItsDeadline() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.client();
            Lease lease = client.named(stage.name(), LockOptions.defaults().renewal(false))
                    .acquire(Timing.patience());
            long granted = System.nanoTime();
            Duration longest = usable(client.info().leaseTime());
            long last = granted;
            for (long now = granted; lease.isHeld(); now = System.nanoTime()) {
                last = now;
            }
            assertTrue(
                    last - granted <= longest.toNanos(),
                    "held for " + (last - granted) + " ns, may be " + longest.toNanos());
            assertEquals(Duration.ZERO, lease.remaining());
        }
    }

    /**
     * A reply that takes its time shortens the lease by that time. If this fails, look at where the driver samples
     * validFrom: it must be before the sending.
     */
    @Test
    @Verifies(Rule.S4)
    default void s4_slowReplyShortensTheLease() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = harness()
                    .link()
                    .orElseThrow(() -> new NotApplicable("the harness has no proxy in front of this store"));
            LockClient client = stage.client(link.url(), stage.options().build());
            Duration oneWay = Duration.ofMillis(50);
            link.delay(oneWay);
            try {
                Lease lease = client.named(stage.name()).acquire(Timing.patience());
                Duration most = usable(client.info().leaseTime()).minus(oneWay.multipliedBy(2));
                Duration left = lease.remaining();
                assertTrue(left.compareTo(most) <= 0, left + " remain, at most " + most + " can");
                lease.release();
            } finally {
                link.delay(Duration.ZERO);
                link.heal();
            }
        }
    }

    /** A grant under an older session counts from the session. If this fails: who samples validFrom in the engine? */
    @Test
    @Verifies(Rule.S4)
    default void s4_olderSessionShortensTheLease() throws Exception {
        try (Stage stage = stage()) {
            Duration leaseTime = stage.longLease();
            Duration age = leaseTime.dividedBy(5);
            LockClient client = stage.scripted(
                            stage.options().leaseTime(leaseTime).build(), target -> new Scripts.OldSession(target, age))
                    .client();
            Lease lease = client.named(stage.name(), LockOptions.defaults().renewal(false))
                    .acquire(Timing.patience());
            Duration left = lease.remaining();
            Duration most = usable(leaseTime).minus(age);
            assertTrue(left.compareTo(most) <= 0, left + " remain, at most " + most + " can");
        }
    }

    /**
     * A renewal that is confirmed after the deadline changes nothing. If this fails, look at the state of the lease.
     */
    @Test
    @Verifies(Rule.S7)
    default void s7_lateConfirmationDoesNotBringTheLeaseBack() throws Exception {
        try (Stage stage = stage()) {
            Stage.Scripted<Scripts.HangingRenewal> script =
                    stage.scripted(stage.options().build(), target -> new Scripts.HangingRenewal(target));
            LockClient client = script.client();
            Lease lease = client.named(stage.name()).acquire(Timing.patience());
            Scripts.HangingRenewal renewal = script.driver();
            assertTrue(renewal.hangs.await(10, TimeUnit.SECONDS));
            Await.until("the loss", stage.lease().plus(Timing.scheduling()), () -> !lease.isHeld());
            renewal.letGo.countDown();
            assertTrue(renewal.answered.await(10, TimeUnit.SECONDS));
            Await.never("held again after a late renewal", Timing.quiet(), lease::isHeld);
            assertThrows(LeaseLostException.class, lease::renew);
            assertThrows(LeaseLostException.class, lease::ensureHeld);
        }
    }

    /** A released lease stays released. If this fails, look at the state of the lease. */
    @Test
    @Verifies(Rule.S7)
    default void s7_releasedLeaseIsNotHeldAgain() throws Exception {
        try (Stage stage = stage()) {
            Lease lease = stage.client().named(stage.name()).acquire(Timing.patience());
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            assertFalse(lease.isHeld());
            assertEquals(Duration.ZERO, lease.remaining());
            assertThrows(LeaseLostException.class, lease::renew);
            assertFalse(lease.isHeld());
        }
    }

    /** The loss comes at the deadline although the renewal hangs. If this fails: does the deadline wait for I/O? */
    @Test
    @Injects(Fault.RENEWAL_STALLED)
    @Verifies(Rule.D2)
    default void d2_lossIsReportedWhileTheRenewalHangs() throws Exception {
        try (Stage stage = stage()) {
            Stage.Scripted<Scripts.HangingRenewal> script =
                    stage.scripted(stage.options().build(), target -> new Scripts.HangingRenewal(target));
            LockClient client = script.client();
            Lease lease = client.named(stage.name()).acquire(Timing.patience());
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            lease.onLost(losses::add);
            Duration within = stage.lease().plus(Timing.scheduling());
            Loss loss = losses.poll(within.toMillis(), TimeUnit.MILLISECONDS);
            script.driver().letGo.countDown();
            assertEquals(new Loss(lease.lockName(), lease.fencingToken(), LossReason.DEADLINE), loss);
        }
    }

    /** A grant that is half over is renewed before acquire returns. If this fails, look at how a grant is accepted. */
    @Test
    @Verifies(Rule.D3)
    default void d3_grantThatIsHalfOverIsRenewedFirst() throws Exception {
        try (Stage stage = stage()) {
            Duration leaseTime = stage.longLease();
            Stage.Scripted<Scripts.OldSession> script = stage.scripted(
                    stage.options().leaseTime(leaseTime).build(),
                    target -> new Scripts.OldSession(target, leaseTime.dividedBy(2)));
            LockClient client = script.client();
            Lease lease = client.named(stage.name()).acquire(Timing.patience());
            Duration left = lease.remaining();
            assertEquals(1, script.driver().renewals.get(), "renewals before acquire returned");
            assertTrue(left.compareTo(leaseTime.multipliedBy(2).dividedBy(3)) > 0, "only " + left + " remain");
            lease.release();
        }
    }

    /** maxHold ends a lease that is renewed all the time. If this fails, look at the deadline under maxHold. */
    @Test
    @Verifies(Rule.D5)
    default void d5_maxHoldEndsALeaseThatIsRenewed() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Duration maxHold = stage.lease().multipliedBy(3).dividedBy(2);
            Lease lease = stage.client()
                    .named(name, LockOptions.defaults().maxHold(maxHold))
                    .acquire(Timing.patience());
            long granted = System.nanoTime();
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            lease.onLost(losses::add);
            Loss loss = losses.poll(maxHold.plus(Timing.scheduling()).toMillis(), TimeUnit.MILLISECONDS);
            Duration held = Duration.ofNanos(System.nanoTime() - granted);
            assertEquals(new Loss(name, lease.fencingToken(), LossReason.MAX_HOLD), loss);
            assertTrue(held.compareTo(maxHold.minusMillis(50)) >= 0, "lost after " + held + " already");
            stage.client().named(name).acquire(Timing.patience()).release();
        }
    }

    /** A release before minHold lets nobody in before minHold. If this fails, look at release and at who renews. */
    @Test
    @Verifies(Rule.D6)
    default void d6_minHoldKeepsOthersOutAfterAnEarlyRelease() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Duration minHold = stage.lease().multipliedBy(3).dividedBy(2);
            LockClient rival = stage.client();
            LockClient client = stage.client();
            long before = System.nanoTime();
            Lease lease =
                    client.named(name, LockOptions.defaults().minHold(minHold)).acquire(Timing.patience());
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            assertFalse(lease.isHeld());
            rival.named(name).acquire(minHold.plus(Timing.patience())).release();
            Duration out = Duration.ofNanos(System.nanoTime() - before);
            assertTrue(out.compareTo(minHold) >= 0, "a rival came in after " + out + ", minHold is " + minHold);
        }
    }

    /**
     * Without renewal the lease is lost after its time, and the lock is free. If this fails, look at renewal(false).
     */
    @Test
    @Verifies(Rule.D7)
    default void d7_leaseWithoutRenewalIsLostAfterItsTime() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease lease = stage.client()
                    .named(name, LockOptions.defaults().renewal(false))
                    .acquire(Timing.patience());
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            lease.onLost(losses::add);
            Loss loss = losses.poll(stage.lease().plus(Timing.scheduling()).toMillis(), TimeUnit.MILLISECONDS);
            assertEquals(new Loss(name, lease.fencingToken(), LossReason.DEADLINE), loss);
            stage.client().named(name).acquire(Timing.patience()).release();
        }
    }

    /** A listener hears of a loss once. If this fails, look at the transition to LOST. */
    @Test
    @Verifies(Rule.D8)
    default void d8_listenerIsCalledOnceForALoss() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease lease = stage.client().named(name).acquire(Timing.patience());
            BlockingQueue<Loss> early = new LinkedBlockingQueue<>();
            BlockingQueue<Loss> late = new LinkedBlockingQueue<>();
            lease.onLost(early::add);
            assertTrue(harness().expire(name));
            Await.until("a call of the listener", Timing.patience(), () -> !early.isEmpty());
            lease.onLost(late::add);
            Await.until("a call of a listener that came late", Timing.patience(), () -> !late.isEmpty());
            lease.release();
            Await.never("a second call", stage.lease(), () -> early.size() + late.size() > 2);
        }
    }

    /** A listener does not hear of a release. If this fails, look at what release does to the listeners. */
    @Test
    @Verifies(Rule.D8)
    default void d8_listenerIsNotCalledForARelease() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            Lease lease = client.named(name).acquire(Timing.patience());
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            lease.onLost(losses::add);
            lease.release();
            lease.onLost(losses::add);
            client.close();
            Await.never("a call after the release", stage.lease().plus(Timing.quiet()), () -> !losses.isEmpty());
        }
    }

    /** Slow and throwing listeners delay nothing. If this fails: on which threads do listeners run? */
    @Test
    @Verifies(Rule.D9)
    default void d9_slowListenersDelayNothing() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            CountDownLatch over = new CountDownLatch(1);
            stage.keep(over::countDown);
            Lease other = client.named(stage.name()).acquire(Timing.patience());
            Lease lease = client.named(name).acquire(Timing.patience());
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            lease.onLost(loss -> {
                throw new IllegalStateException("thrown by a listener, for the test");
            });
            lease.onLost(loss -> awaitQuietly(over));
            lease.onLost(losses::add);
            assertTrue(harness().expire(name));
            assertTrue(losses.poll(1, TimeUnit.SECONDS) != null, "a slow listener delays another");
            Await.never("a renewal that waits for a listener", stage.lease().multipliedBy(2), () -> !other.isHeld());
            assertTrue(harness().expire(other.lockName()));
            Await.until("a loss while a listener runs", Timing.scheduling(), () -> !other.isHeld());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
