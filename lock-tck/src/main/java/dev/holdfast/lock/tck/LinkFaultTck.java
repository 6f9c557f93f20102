package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Networks that are slow, mute or torn; lost replies and dead stores are in {@link FaultTck}. */
public interface LinkFaultTck extends FaultChapter {
    private LinkControl faultyLink() {
        return harness().link().orElseThrow(() -> new NotApplicable("the harness has no proxy in front of this store"));
    }

    /**
     * Every round trip takes more than half of the lease time: what is granted is held that much shorter, and rivals
     * stay out as long as it is held. If this fails: is the deadline counted from before the sending?
     */
    @Test
    @Injects(Fault.SLOW_LINK)
    @Verifies({Rule.S4, Rule.S1, Rule.L3})
    default void s4_slowLinkShortensTheLease() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = faultyLink();
            Duration leaseTime = stage.longLease();
            Duration roundTrip = leaseTime.multipliedBy(11).dividedBy(20);
            LockClient slow = stage.client(
                    link.url(),
                    stage.options()
                            .leaseTime(leaseTime)
                            .storeTimeout(roundTrip.multipliedBy(3))
                            .build());
            LockClient rival = stage.steadyClient();
            String name = stage.name();
            slow.named(name).acquire(Timing.patience()).release();
            link.delay(roundTrip.dividedBy(2));
            try (Lease lease = slow.named(name).acquire(Timing.patience())) {
                Duration most = slow.info().leaseTime().minus(roundTrip);
                Duration left = lease.remaining();
                assertTrue(left.compareTo(most) <= 0, left + " remain, at most " + most + " are honest");
                boolean before = lease.isHeld();
                boolean refused = rival.named(name).tryAcquire().isEmpty();
                assertTrue(refused || !before || !lease.isHeld(), "a rival was granted a lock that was held");
            } catch (StoreUnavailableException tooSlowForThisStore) {
                assertFalse(String.valueOf(tooSlowForThisStore.getMessage()).isBlank());
            } finally {
                link.heal();
            }
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    /**
     * Every round trip takes longer than the lease time: nothing is ever held, and nothing stays. If this fails, look
     * at the deadline of a grant that is too old when it arrives.
     */
    @Test
    @Injects(Fault.LATE_LINK)
    @Verifies({Rule.S4, Rule.L3})
    default void s4_linkSlowerThanTheLeaseGrantsNothing() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = faultyLink();
            Duration roundTrip = stage.lease().multipliedBy(6).dividedBy(5);
            LockClient late = stage.client(
                    link.url(),
                    stage.options().storeTimeout(roundTrip.multipliedBy(2)).build());
            String name = stage.name();
            late.named(name).acquire(Timing.patience()).release();
            link.delay(roundTrip.dividedBy(2));
            try {
                Optional<Lease> lease = late.named(name).tryAcquire(roundTrip.multipliedBy(2));
                assertFalse(
                        lease.isPresent() && lease.get().isHeld(), "a lease is held whose grant took longer than it");
            } catch (StoreUnavailableException expected) {
                assertFalse(String.valueOf(expected.getMessage()).isBlank());
            } finally {
                link.heal();
            }
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    /**
     * The holder's link swallows everything: it sees the loss in time and before a rival is granted, and what arrives
     * when the link is well again neither brings its lease back nor harms the rival. If this fails, look at who reports
     * a loss when no answer comes, and at what a late renewal changes.
     */
    @Test
    @Injects(Fault.BLACK_HOLE)
    @Verifies({Rule.D2, Rule.S7, Rule.S8, Rule.S5})
    default void d2_holderBehindADeadLinkLosesItsLeaseInTime() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = faultyLink();
            LockClient cutOff = stage.client(link.url(), stage.options().build());
            LockClient rival = stage.steadyClient();
            String name = stage.name();
            Lease lease = cutOff.named(name).acquire(Timing.patience());
            Lease next;
            try {
                link.blackHole();
                long cut = System.nanoTime();
                Stage.Branch<Lease> waiter = stage.branch(() -> {
                    Lease granted = rival.named(name).acquire(Duration.ofMinutes(1));
                    assertFalse(lease.isHeld(), "the lease was held when a rival had been granted the lock");
                    return granted;
                });
                // A renewal that was under way when the link died may have been confirmed just before.
                Duration bound = cutOff.info().leaseTime().plus(Timing.scheduling());
                Await.until("the loss", bound, () -> !lease.isHeld());
                assertTrue(System.nanoTime() - cut <= bound.toNanos());
                next = waiter.join(bound.plus(harness().crashSlack()).plus(Timing.patience()));
            } finally {
                link.heal();
            }
            Await.never("the lease came back", Timing.quiet(), lease::isHeld);
            assertNotEquals(ReleaseOutcome.RELEASED, lease.release());
            assertTrue(next.fencingToken() > lease.fencingToken());
            next.renew();
            assertTrue(stage.client().named(name).tryAcquire().isEmpty(), "the rival's lock was freed");
            assertEquals(ReleaseOutcome.RELEASED, next.release());
        }
    }

    /**
     * Connections are reset at any moment of an acquire: there is one grant or none, and no orphan. If this fails, look
     * at what becomes of a request whose connection broke.
     */
    @Test
    @Injects(Fault.CONNECTION_RESET)
    @Verifies({Rule.S6, Rule.L3})
    default void s6_acquireWhoseConnectionIsResetHasOneGrantOrNone() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = faultyLink();
            LockClient client = stage.client(
                    link.url(), stage.options().leaseTime(stage.longLease()).build());
            LockClient other = stage.client();
            String name = stage.name();
            Random random = new Random(23);
            client.named(name).acquire(Timing.patience()).release();
            int overlaps = 0;
            for (int round = 0; round < 8; round++) {
                Stage.Branch<Lease> acquire = stage.branch(() -> Aftermath.acquire(client, name, Timing.patience()));
                LockSupport.parkNanos(random.nextInt(3_000_000));
                link.cut();
                link.heal();
                try (Lease lease = acquire.join(Timing.patience().multipliedBy(2))) {
                    boolean before = lease.isHeld();
                    Optional<Lease> second = other.named(name).tryAcquire();
                    overlaps += second.isPresent() && before && lease.isHeld() ? 1 : 0;
                    second.ifPresent(Lease::release);
                }
            }
            Aftermath.freeAndEmpty(stage, name);
            Expected.of(harness()).checkOverlap(Fault.CONNECTION_RESET, overlaps > 0);
        }
    }

    /**
     * Many more requests than connections are under way: the leases of the client are renewed all the same. If this
     * fails, look at what a renewal has to wait for.
     */
    @Test
    @Injects(Fault.POOL_EXHAUSTED)
    @Verifies(Rule.D4)
    default void d4_leaseOutlastsAnExhaustedPool() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = faultyLink();
            LockClient client = stage.client(link.url(), stage.options().build());
            AtomicBoolean over = new AtomicBoolean();
            try (Lease lease = client.named(stage.name()).acquire(Timing.patience())) {
                link.delay(Duration.ofMillis(15));
                List<Stage.Branch<?>> crowd = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    String name = stage.name();
                    crowd.add(stage.branch(() -> {
                        while (!over.get()) {
                            useOnce(client, name);
                        }
                        return null;
                    }));
                }
                try {
                    Duration twice = client.info().leaseTime().multipliedBy(2);
                    Await.never("the lease was lost for want of a connection", twice, () -> !lease.isHeld());
                } finally {
                    over.set(true);
                    link.heal();
                }
                for (Stage.Branch<?> one : crowd) {
                    one.join(Timing.patience());
                }
                assertEquals(ReleaseOutcome.RELEASED, lease.release());
            }
        }
    }

    private static void useOnce(LockClient client, String name) throws InterruptedException {
        try {
            client.named(name).tryAcquire(Timing.briefWait()).ifPresent(Lease::release);
        } catch (StoreUnavailableException noTurnInTime) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
