package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LeaseLostException;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Chapter D, second part: release, close, {@code withLease}, and to whom a lease belongs. */
public interface LeaseTck extends Chapter {
    /** A second release answers as the first. If this fails: does release send a request again? */
    @Test
    @Verifies(Rule.D10)
    default void d10_secondReleaseAnswersAsTheFirst() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            Lease lease = client.named(name).acquire(Timing.patience());
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            Lease next = client.named(name).acquire(Timing.patience());
            assertEquals(ReleaseOutcome.RELEASED, lease.release(), "the second release");
            lease.close();
            assertTrue(next.isHeld());
            assertTrue(stage.client().named(name).tryAcquire().isEmpty(), "a second release freed the next holder");
            assertTrue(harness().expire(name));
            Await.until("the loss", Timing.patience(), () -> !next.isHeld());
            assertEquals(ReleaseOutcome.NOT_HELD, next.release());
            assertEquals(ReleaseOutcome.NOT_HELD, next.release(), "the second release of a lost lease");
        }
    }

    /** A release of a held lease says so. If this fails, look at what release answers. */
    @Test
    @Verifies(Rule.D11)
    default void d11_releaseOfAHeldLeaseSaysReleased() throws Exception {
        try (Stage stage = stage()) {
            Lease lease = stage.steadyClient().named(stage.name()).acquire(Timing.patience());
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
        }
    }

    /**
     * A release without an answer says so, and within the store timeout. If this fails, look at how release repeats.
     */
    @Test
    @Verifies(Rule.D11)
    default void d11_releaseWithoutAnswerSaysUnknown() throws Exception {
        try (Stage stage = stage()) {
            Duration storeTimeout = Duration.ofMillis(300);
            ClientOptions options = stage.options()
                    .leaseTime(stage.longLease())
                    .storeTimeout(storeTimeout)
                    .build();
            Stage.Scripted<Scripts.Dead> script =
                    stage.scripted(options, target -> new Scripts.Dead(target, storeTimeout));
            LockClient client = script.client();
            Lease lease = client.named(stage.name()).acquire(Timing.patience());
            script.driver().dead.set(true);
            Duration took = Await.took(() -> {
                assertEquals(ReleaseOutcome.UNKNOWN, lease.release());
            });
            assertTrue(took.compareTo(storeTimeout.multipliedBy(2).plus(Timing.scheduling())) < 0, "took " + took);
            assertEquals(ReleaseOutcome.UNKNOWN, lease.release(), "the second release");
            script.driver().dead.set(false);
            String name = lease.lockName();
            stage.client().named(name).acquire(Timing.patience()).release();
        }
    }

    /** A release whose reply is lost once says released. If this fails, look at NOT_HELD as the answer to a retry. */
    @Test
    @Verifies(Rule.D12)
    default void d12_releaseAfterALostReplySaysReleased() throws Exception {
        try (Stage stage = stage()) {
            Stage.Scripted<Scripts.LosingReplies> script = stage.scripted(
                    stage.options().leaseTime(stage.longLease()).build(), target -> new Scripts.LosingReplies(target));
            LockClient client = script.client();
            Lease lease = client.named(stage.name()).acquire(Timing.patience());
            script.driver().ofRelease.set(true);
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            assertFalse(script.driver().ofRelease.get(), "the reply was not lost, so nothing was shown");
        }
    }

    /** Closing a client frees its locks at once. If this fails, look at close in engine and driver. */
    @Test
    @Verifies(Rule.D13)
    default void d13_closingAClientReleasesItsLeases() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            LockClient other = stage.steadyClient();
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                leases.add(client.named(stage.name()).acquire(Timing.patience()));
            }
            client.close();
            for (Lease lease : leases) {
                assertFalse(lease.isHeld());
                Optional<Lease> next = other.named(lease.lockName()).tryAcquire();
                assertTrue(next.isPresent(), "closing did not free " + lease);
                next.get().release();
            }
        }
    }

    /** Closing is bounded although the store is dead. If this fails, look at what close waits for. */
    @Test
    @Verifies(Rule.D14)
    default void d14_closingIsBoundedAlthoughTheStoreIsDead() throws Exception {
        try (Stage stage = stage()) {
            Duration storeTimeout = Duration.ofMillis(400);
            Stage.Scripted<Scripts.Dead> script = stage.scripted(
                    stage.options()
                            .leaseTime(stage.longLease())
                            .storeTimeout(storeTimeout)
                            .build(),
                    target -> new Scripts.Dead(target, storeTimeout));
            LockClient client = script.client();
            for (int i = 0; i < 5; i++) {
                client.named(stage.name()).acquire(Timing.patience());
            }
            script.driver().dead.set(true);
            Duration took = Await.took(() -> {
                client.close();
                client.close();
            });
            Duration bound = storeTimeout.multipliedBy(3).plus(Timing.scheduling());
            assertTrue(took.compareTo(bound) <= 0, "closing took " + took);
        }
    }

    /** Closing while nothing is wrong is quick. If this fails, look at what close waits for. */
    @Test
    @Verifies(Rule.D14)
    default void d14_closingIsBounded() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            client.named(stage.name()).acquire(Timing.patience());
            Duration took = Await.took(() -> {
                client.close();
            });
            Duration bound = ClientOptions.defaults().storeTimeout().multipliedBy(3);
            assertTrue(took.compareTo(bound.plus(Timing.scheduling())) <= 0, "closing took " + took);
        }
    }

    /** withLease returns what its task returned, and has released. If this fails, look at withLease. */
    @Test
    @Verifies(Rule.D15)
    default void d15_withLeaseReturnsTheResultAndReleases() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            long token = client.named(name).<Long, RuntimeException>withLease(Timing.patience(), Lease::fencingToken);
            assertTrue(token > 0);
            assertThrows(IllegalStateException.class, () -> client.named(name)
                    .<Boolean, IllegalStateException>withLease(Timing.patience(), lease -> {
                        throw new IllegalStateException("thrown by the task, for the test");
                    }));
            assertTrue(stage.client().named(name).tryAcquire().isPresent(), "withLease did not release");
        }
    }

    /** A loss interrupts the task, and withLease says that the lease was lost. If this fails, look at withLease. */
    @Test
    @Verifies(Rule.D15)
    default void d15_lossInterruptsTheTask() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            assertThrows(LeaseLostException.class, () -> client.named(name)
                    .<Boolean, RuntimeException>withLease(Timing.patience(), lease -> {
                        assertTrue(harness().expire(name));
                        new CountDownLatch(1).await();
                        return true;
                    }));
            assertFalse(Thread.interrupted(), "the interrupt outlived the task");
        }
    }

    /** A task that ends after the loss fails, without an interrupt left over. If this fails, look at withLease. */
    @Test
    @Verifies(Rule.D15)
    default void d15_taskThatEndsAfterTheLossFails() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            for (int i = 0; i < 20; i++) {
                assertThrows(LeaseLostException.class, () -> client.named(name)
                        .<Boolean, RuntimeException>withLease(Timing.patience(), lease -> {
                            assertTrue(harness().expire(name));
                            while (lease.isHeld()) {
                                Thread.onSpinWait();
                            }
                            return true;
                        }));
                Await.never("an interrupt after the task", Duration.ofMillis(5), () -> Thread.currentThread()
                        .isInterrupted());
            }
        }
    }

    /** The lease time in force is not shorter than the one asked for. If this fails, look at the rounding. */
    @Test
    @Verifies(Rule.D16)
    default void d16_leaseTimeIsRoundedUp() throws Exception {
        try (Stage stage = stage()) {
            Duration odd = stage.lease().plusMillis(137).plusNanos(500_000);
            LockClient client = stage.client(stage.options().leaseTime(odd).build());
            Duration inForce = client.info().leaseTime();
            assertTrue(inForce.compareTo(odd) >= 0, inForce + " is in force, asked for was " + odd);
            try (Lease lease = client.named(stage.name()).acquire(Timing.patience())) {
                Duration left = lease.remaining();
                assertTrue(left.compareTo(inForce) <= 0, left + " remain of " + inForce);
            }
        }
    }

    /** Another thread releases. If this fails: does anything remember the thread? */
    @Test
    @Verifies(Rule.D17)
    default void d17_anyThreadUsesAndReleasesALease() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            Lease lease = stage.branch(() -> client.named(name).acquire(Timing.patience()))
                    .join();
            assertTrue(lease.isHeld());
            lease.renew();
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            assertTrue(stage.client().named(name).tryAcquire().isPresent());
        }
    }

    /** A lease that nobody can reach lapses. If this fails: what refers to the lease object? */
    @Test
    @Verifies(Rule.D18)
    default void d18_unreachableLeaseLapses() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            WeakReference<Lease> unused = forget(client, name);
            LockClient rival = stage.client();
            Await.until("the lapse of a forgotten lease", Timing.patience(), () -> {
                System.gc();
                Optional<Lease> lease = rival.named(name).tryAcquire(Duration.ofMillis(50));
                lease.ifPresent(Lease::release);
                return lease.isPresent();
            });
        }
    }

    /** A forgotten lease whose deadline has not come is not released. If this fails: does the collector release? */
    @Test
    @Verifies(Rule.D18)
    default void d18_unreachableLeaseIsNotReleasedEarly() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.steadyClient();
            WeakReference<Lease> forgotten = forget(client, name);
            LockClient rival = stage.client();
            Await.until("the collection of a forgotten lease", Timing.patience(), () -> {
                System.gc();
                return forgotten.get() == null;
            });
            Await.never("released by the collector", stage.longLease().dividedBy(2), () -> {
                System.gc();
                return rival.named(name).tryAcquire().isPresent();
            });
        }
    }

    private static WeakReference<Lease> forget(LockClient client, String name) throws InterruptedException {
        Lease lease = client.named(name, LockOptions.defaults()).acquire(Timing.patience());
        assertTrue(lease.isHeld());
        return new WeakReference<>(lease);
    }
}
