package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A thousand waits that end early: nothing of them stays, and the holder notices nothing. */
public interface StormTck extends FaultChapter {
    /** One wait that ends without the lock. */
    @FunctionalInterface
    interface BriefWait {
        /** Waits. */
        void on(DistributedLock lock, Random random) throws Exception;
    }

    /** A thousand interrupted waits. If this fails, look at what an interrupt leaves unsaid to the store. */
    @Test
    @Injects(Fault.INTERRUPTS)
    @Verifies({Rule.W3, Rule.S10, Rule.L3})
    default void w3_aThousandInterruptedWaitsLeaveNothing() throws Exception {
        ScheduledExecutorService interrupter = Executors.newSingleThreadScheduledExecutor();
        try {
            storm((lock, random) -> {
                Thread waiting = Thread.currentThread();
                ScheduledFuture<?> interrupt =
                        interrupter.schedule(waiting::interrupt, random.nextInt(4_000), TimeUnit.MICROSECONDS);
                try {
                    lock.acquire(Duration.ofMinutes(1));
                    fail("a waiter was granted a lock that was held");
                } catch (InterruptedException expected) {
                    assertFalse(waiting.isInterrupted(), "the interrupt was reported twice");
                } catch (StoreUnavailableException breakerOpen) {
                    awaitInterrupt(interrupt);
                }
            });
        } finally {
            interrupter.shutdownNow();
        }
    }

    private static void awaitInterrupt(ScheduledFuture<?> interrupt) throws Exception {
        try {
            interrupt.get();
        } catch (InterruptedException itIsHere) {
            return;
        }
        assertTrue(Thread.interrupted());
    }

    /** A thousand waits that time out. If this fails, look at what leave does when the time is up already. */
    @Test
    @Injects(Fault.TIME_OUTS)
    @Verifies({Rule.S10, Rule.L3})
    default void s10_aThousandTimedOutWaitsLeaveNothing() throws Exception {
        storm((lock, random) -> {
            try {
                Duration wait = Duration.ofNanos(random.nextInt(8_000_000));
                assertTrue(lock.tryAcquire(wait).isEmpty(), "a waiter was granted a lock that was held");
            } catch (StoreUnavailableException tooShortForThisStore) {
                assertFalse(String.valueOf(tooShortForThisStore.getMessage()).isBlank());
            }
        });
    }

    private void storm(BriefWait wait) throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease lease = stage.steadyClient().named(name).acquire(Timing.patience());
            LockClient client = stage.steadyClient();
            List<Stage.Branch<?>> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Random random = new Random(i);
                threads.add(stage.branch(() -> {
                    for (int round = 0; round < 125; round++) {
                        wait.on(client.named(name), random);
                    }
                    return null;
                }));
            }
            for (Stage.Branch<?> thread : threads) {
                thread.join(Duration.ofMinutes(1));
            }
            assertTrue(lease.isHeld(), "the holder lost its lease");
            if (harness().residue().isPresent()) {
                // The last ones may still be leaving.
                Duration bound = stage.longLease().plus(harness().crashSlack()).plus(Timing.patience());
                Await.until(
                        "nobody but the holder in the store",
                        bound,
                        () -> harness().residue().orElseThrow().size() == 1);
            }
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            try (Lease next = stage.steadyClient().named(name).acquire(Timing.scheduling())) {
                assertTrue(next.fencingToken() > lease.fencingToken());
            }
            Aftermath.freeAndEmpty(stage, name);
        }
    }
}
