package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Acquires that nobody blocks for. */
public interface AsyncTck extends Chapter {
    /** A cancelled or completed future keeps no grant, whenever that happens. If this fails, look at acquireAsync. */
    @Test
    @Verifies(Rule.W8)
    default void w8_abandonedFutureGivesItsGrantBack() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient waiting = stage.steadyClient();
            LockClient holding = stage.steadyClient();
            for (int round = 0; round < 40; round++) {
                Lease lease = holding.named(name).acquire(Timing.patience());
                CompletableFuture<Lease> future = waiting.named(name).acquireAsync(Timing.patience());
                if (round % 2 == 0) {
                    lease.release();
                }
                LockSupport.parkNanos(round * 20_000L);
                boolean ours = round % 4 < 2 ? future.cancel(true) : future.completeExceptionally(new Abandoned());
                lease.release();
                if (!ours) {
                    future.join().release();
                }
                assertFree(holding, name, "round " + round);
            }
        }
    }

    /** What an impatient caller completes its future with. */
    final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A future of which nobody lets go becomes a lease. If this fails, look at acquireAsync. */
    @Test
    @Verifies(Rule.W8)
    default void w8_futureBecomesALease() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease lease = stage.steadyClient().named(name).acquire(Timing.patience());
            CompletableFuture<Lease> future = stage.steadyClient().named(name).acquireAsync(Timing.patience());
            Await.never("granted while held", Timing.quiet(), future::isDone);
            lease.release();
            Await.until("a grant to the future", Timing.patience(), future::isDone);
            assertTrue(future.join().isHeld());
            future.join().release();
        }
    }

    /**
     * A future is abandoned when its request has been executed and the answer is still on its way: the grant is given
     * back. If this fails, look at what acquireAsync does with a grant that its future does not take.
     */
    @Test
    @Verifies(Rule.W8)
    default void w8_futureAbandonedBeforeTheAnswerGivesItsGrantBack() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            Stage.Scripted<Scripts.HeldAnswer> script =
                    stage.scripted(stage.options().leaseTime(stage.longLease()).build(), Scripts.HeldAnswer::new);
            CompletableFuture<Lease> future = script.client().named(name).acquireAsync(Timing.patience());
            long patience = Timing.patience().toMillis();
            assertTrue(script.driver().executed.await(patience, TimeUnit.MILLISECONDS), "the request was not sent");
            assertTrue(future.cancel(true));
            script.driver().letGo.countDown();
            assertFree(rival, name, "the answer came after the cancellation");
        }
    }

    private static void assertFree(LockClient client, String name, String when) throws InterruptedException {
        Optional<Lease> lease = client.named(name).tryAcquire(Timing.patience().dividedBy(5));
        assertTrue(lease.isPresent(), "an abandoned future kept its grant: " + when);
        lease.get().release();
    }
}
