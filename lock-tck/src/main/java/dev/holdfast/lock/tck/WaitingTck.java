package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.AcquireTimeoutException;
import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockClosedException;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Chapter W: every wait has a bound, and whoever stops waiting leaves nothing. */
public interface WaitingTck extends Chapter {
    /** How soon a lock that nobody holds or waits for is granted, at the very latest. */
    private static Duration promptly() {
        return Timing.scaled(Duration.ofSeconds(1));
    }

    private static void assertFree(LockClient client, String name, String why) throws InterruptedException {
        long begin = System.nanoTime();
        Optional<Lease> lease = client.named(name).tryAcquire(promptly());
        assertTrue(lease.isPresent(), why + ": not free after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        lease.get().release();
    }

    /** Asking without a wait returns at once. If this fails, look at enter when mayWait is false. */
    @Test
    @Verifies(Rule.W1)
    default void w1_tryAcquireDoesNotWaitForAHolder() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            try (Lease lease = stage.steadyClient().named(name).acquire(Timing.patience())) {
                Duration took = Await.took(() -> {
                    assertTrue(rival.named(name).tryAcquire().isEmpty());
                });
                assertTrue(took.compareTo(promptly()) < 0, "took " + took);
                assertTrue(lease.isHeld());
            }
            assertFree(rival, name, "asking left something");
        }
    }

    /** A wait lasts as long as it was asked to. If this fails, look at what ends a wait. */
    @Test
    @Verifies(Rule.W2)
    default void w2_timedWaitDoesNotGiveUpEarly() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            try (Lease lease = stage.steadyClient().named(name).acquire(Timing.patience())) {
                Duration wait = Duration.ofMillis(400);
                Duration took = Await.took(() -> {
                    assertTrue(rival.named(name).tryAcquire(wait).isEmpty());
                });
                assertTrue(took.compareTo(wait) >= 0, "gave up after " + took);
                assertTrue(took.compareTo(wait.plusMillis(500)) <= 0, "gave up after " + took);
                assertTrue(lease.isHeld());
            }
        }
    }

    /** An interrupt ends a wait and leaves nothing, whenever it comes. If this fails, look at leave. */
    @Test
    @Verifies({Rule.W3, Rule.S10})
    default void w3_interruptedWaitLeavesNothing() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient waiting = stage.steadyClient();
            LockClient holding = stage.steadyClient();
            Random random = new Random(1);
            for (int round = 0; round < 8; round++) {
                Lease lease = holding.named(name).acquire(Timing.patience());
                Stage.Branch<Lease> waiter =
                        stage.branch(() -> waiting.named(name).acquire(Timing.patience()));
                LockSupport.parkNanos(random.nextInt(20_000_000));
                // Odd rounds: the interrupt races with the grant.
                if (round % 2 == 1) {
                    lease.release();
                }
                waiter.interrupt();
                try {
                    waiter.join().release();
                    assertTrue(round % 2 == 1, "a waiter was granted a lock that was held");
                } catch (InterruptedException expected) {
                    assertFalse(Thread.currentThread().isInterrupted());
                }
                lease.release();
                assertFree(holding, name, "an interrupted wait left something, round " + round);
            }
        }
    }

    /** A wait that has timed out leaves nothing. If this fails, look at leave. */
    @Test
    @Verifies(Rule.S10)
    default void s10_waiterWhoseTimeIsUpLeavesNothing() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient holding = stage.steadyClient();
            Lease lease = holding.named(name).acquire(Timing.patience());
            assertTrue(stage.steadyClient()
                    .named(name)
                    .tryAcquire(Timing.briefWait())
                    .isEmpty());
            lease.release();
            assertFree(holding, name, "a timed-out wait left something");
        }
    }

    /** Nor does one that times out at the moment of its grant. If this fails, look at grants for unknown ids. */
    @Test
    @Verifies(Rule.S10)
    default void s10_waiterThatGaveUpOwnsNothing() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient holding = stage.steadyClient();
            LockClient waiting = stage.steadyClient();
            Duration wait = Duration.ofMillis(20);
            Duration step = Duration.ofNanos(200_000);
            Duration untilRelease = wait;
            for (int round = 0; round < 40; round++) {
                Lease lease = holding.named(name).acquire(Timing.patience());
                Stage.Branch<Optional<Lease>> waiter =
                        stage.branch(() -> waiting.named(name).tryAcquire(wait));
                LockSupport.parkNanos(untilRelease.toNanos());
                lease.release();
                try {
                    Optional<Lease> granted = waiter.join();
                    granted.ifPresent(Lease::release);
                    // Half of the rounds are to end each way: then the grant and the end of the wait are close.
                    untilRelease = granted.isPresent() ? untilRelease.plus(step) : untilRelease.minus(step);
                } catch (StoreUnavailableException tooShortForThisStore) {
                    continue; // an outcome that the wait allows too; what it left is asked in the next round
                }
                assertFree(holding, name, "a timed-out wait left something, round " + round);
            }
        }
    }

    /** A grant pushed to somebody who has left is given back. If this fails, look at grants for unknown ids. */
    @Test
    @Verifies(Rule.W4)
    default void w4_lateGrantIsGivenBack() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            AtomicInteger leaves = new AtomicInteger();
            LockClient waiting = stage.scripted(
                            stage.options().leaseTime(stage.longLease()).build(),
                            target -> new ForwardingDriver(target) {
                                @Override
                                public LeaveOutcome leave(AcquireRequest request) {
                                    // The first leave never reaches the store, so the waiter stays in its queue.
                                    if (leaves.incrementAndGet() == 1) {
                                        throw StoreException.unknown("the request was lost", null);
                                    }
                                    return super.leave(request);
                                }
                            })
                    .client();
            Lease lease = stage.steadyClient().named(name).acquire(Timing.patience());
            assertTrue(waiting.named(name).tryAcquire(Duration.ofMillis(20)).isEmpty());
            lease.release();
            assertFree(stage.steadyClient(), name, "a late grant was kept");
            assertTrue(leaves.get() > 1, "the leave was not repeated");
        }
    }

    /** With a dead store an acquire ends within its budget. If this fails, look at the timeouts of retries. */
    @Test
    @Verifies({Rule.W5, Rule.E2})
    default void w5_acquireEndsWithinItsBudgetAlthoughTheStoreIsDead() throws Exception {
        try (Stage stage = stage()) {
            Duration storeTimeout = Duration.ofMillis(600);
            Stage.Scripted<Scripts.Dead> script = stage.scripted(
                    stage.options().storeTimeout(storeTimeout).build(),
                    target -> new Scripts.Dead(target, storeTimeout));
            LockClient client = script.client();
            script.driver().dead.set(true);
            for (Duration wait : new Duration[] {Duration.ofSeconds(1), Duration.ofMillis(100)}) {
                Duration took =
                        Await.took(() -> assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                                .acquire(wait)));
                assertTrue(took.compareTo(wait.plusMillis(500)) <= 0, "a wait of " + wait + " took " + took);
            }
            Duration took =
                    Await.took(() -> assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                            .tryAcquire()));
            assertTrue(took.compareTo(storeTimeout.plusMillis(500)) <= 0, "without a wait it took " + took);
        }
    }

    /** acquire() gives up after the client's maxWait. If this fails, look at which wait acquire() takes. */
    @Test
    @Verifies(Rule.W7)
    default void w7_acquireWithoutBoundGivesUpAfterMaxWait() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Duration maxWait = Duration.ofMillis(200);
            LockClient client = stage.client(stage.options().maxWait(maxWait).build());
            try (Lease lease = stage.steadyClient().named(name).acquire(Timing.patience())) {
                Duration took = Await.took(() -> assertThrows(
                        AcquireTimeoutException.class, () -> client.named(name).acquire()));
                assertTrue(took.compareTo(maxWait) >= 0 && took.compareTo(maxWait.plusMillis(500)) <= 0, "" + took);
                assertTrue(lease.isHeld());
            }
            assertTrue(ClientOptions.defaults().maxWait().compareTo(Duration.ofSeconds(30)) == 0);
        }
    }

    /** Closing a client ends its waits. If this fails, look at what close wakes. */
    @Test
    @Verifies(Rule.W9)
    default void w9_closingWakesWaiters() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.steadyClient();
            LockClient holding = stage.steadyClient();
            Lease lease = holding.named(name).acquire(Timing.patience());
            Stage.Branch<Lease> waiter = stage.branch(() -> client.named(name).acquire(Duration.ofMinutes(5)));
            Await.never("granted while held", Timing.quiet(), waiter::done);
            client.close();
            assertThrows(LockClosedException.class, waiter::join);
            lease.release();
            assertFree(holding, name, "a waiter of a closed client left something");
            assertThrows(LockClosedException.class, () -> client.named(name).tryAcquire());
        }
    }

    /** Whoever waits when the client is closed has left the queue when close returns. If this fails, look at close. */
    @Test
    @Verifies({Rule.W9, Rule.S10})
    default void w9_closingTakesWaitersOutOfTheQueue() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease lease = stage.steadyClient().named(name).acquire(Timing.patience());
            for (int round = 0; round < 25; round++) {
                Stage.Scripted<Scripts.Counting> script = stage.scripted(
                        stage.options().leaseTime(stage.longLease()).build(), Scripts.Counting::new);
                for (int i = 0; i < 4; i++) {
                    stage.branch(() -> assertThrows(
                            LockClosedException.class,
                            () -> script.client().named(name).acquire(Timing.patience())));
                }
                Await.until(
                        "four waiters",
                        Timing.patience(),
                        () -> script.driver().queued.get() == 4);
                script.client().close();
                assertEquals(0, script.driver().queued.get(), "waiters in the queue after close, round " + round);
            }
            assertTrue(lease.isHeld());
        }
    }
}
