package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Chapter S, first part: one holder at a time, tokens in order, no lost update. */
public interface ExclusionTck extends Chapter {
    /** A held lock is refused to another client, and granted to it after the release. If this fails, look at enter. */
    @Test
    @Verifies(Rule.S1)
    default void s1_heldLockIsRefusedToAnotherClient() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            Lease lease = stage.steadyClient().named(name).acquire(Timing.patience());
            assertTrue(rival.named(name).tryAcquire().isEmpty(), "a held lock was granted to a rival");
            lease.release();
            rival.named(name).acquire(Timing.patience()).release();
        }
    }

    /**
     * A held lock is refused to the client that holds it: to it as to anybody, a second acquire is a rival. If this
     * fails, look at what the store grants again to a session that has the lock.
     */
    @Test
    @Verifies(Rule.S1)
    default void s1_heldLockIsRefusedToItsOwnClient() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            String name = stage.name();
            Lease lease = client.named(name).acquire(Timing.patience());
            assertTrue(client.named(name).tryAcquire().isEmpty(), "a held lock was granted to its own client again");
            assertTrue(client.named(name).tryAcquire(Timing.briefWait()).isEmpty(), "and to one that waits");
            lease.release();
            client.named(name).acquire(Timing.patience()).release();
        }
    }

    /**
     * A holder that renews keeps the lock for longer than its lease time, and nobody else gets it. If this fails, look
     * at renew: does it restart the timer in the store?
     */
    @Test
    @Verifies({Rule.S1, Rule.D4})
    default void d4_renewedLeaseOutlastsItsLeaseTime() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.client();
            LockClient holder = stage.client();
            try (Lease lease = holder.named(name).acquire(Timing.patience())) {
                Duration longer = holder.info().leaseTime().multipliedBy(5).dividedBy(4);
                Await.never("the lease was lost although the store answers", longer, () -> !lease.isHeld());
                assertTrue(rival.named(name).tryAcquire().isEmpty(), "a renewed lock was granted to a rival");
                assertTrue(lease.isHeld(), "the lease was lost although the store answers");
            }
        }
    }

    /** Claim intervals of contenders in one JVM do not overlap. If this fails, look at enter and at validFrom. */
    @Test
    @Verifies({Rule.S1, Rule.C1})
    default void s1_contendersInOneJvmNeverHoldTogether() throws Exception {
        try (Stage stage = stage()) {
            Contention run = Contention.inOneJvm(stage, Timing.contention());
            assertEquals(List.of(), run.history().of(Rule.S1), run.summary());
        }
    }

    /** Claim intervals of contenders in several JVMs do not overlap. If this fails, look at what the store compares. */
    @Test
    @Verifies({Rule.S1, Rule.S2, Rule.S3})
    default void s1_contendersInSeveralJvmsNeverHoldTogether() throws Exception {
        try (Stage stage = stage()) {
            if (!harness().processes()) {
                throw new NotApplicable("other processes cannot reach this store");
            }
            Contention run = Contention.inTwoJvms(stage, 4, Timing.contention());
            assertEquals(List.of(), run.history().of(Rule.S1), run.summary());
            assertEquals(List.of(), run.history().of(Rule.S2), run.summary());
            assertEquals(run.accepted(), run.value(), "lost updates; " + run.summary());
        }
    }

    /** Tokens rise in the order in which acquires follow each other. If this fails, look at where tokens come from. */
    @Test
    @Verifies(Rule.S2)
    default void s2_tokensRiseFromGrantToGrant() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            List<LockClient> clients = List.of(stage.steadyClient(), stage.steadyClient());
            long last = 0;
            for (int i = 0; i < 40; i++) {
                try (Lease lease = clients.get(i % 2).named(name).acquire(Timing.patience())) {
                    assertTrue(
                            lease.fencingToken() > last, "token " + lease.fencingToken() + " came after token " + last);
                    last = lease.fencingToken();
                }
            }
        }
    }

    /** Tokens rise under contention too. If this fails, look at whether grant and token are one atomic step (F3). */
    @Test
    @Verifies(Rule.S2)
    default void s2_tokensRiseUnderContention() throws Exception {
        try (Stage stage = stage()) {
            Contention run = Contention.inOneJvm(stage, Timing.contention().dividedBy(3));
            assertEquals(List.of(), run.history().of(Rule.S2), run.summary());
        }
    }

    /** A fenced counter loses no update under contention. If this fails, look at S2 first, then at the resource. */
    @Test
    @Verifies(Rule.S3)
    default void s3_contendersLoseNoUpdate() throws Exception {
        try (Stage stage = stage()) {
            Contention run = Contention.inOneJvm(stage, Timing.contention().dividedBy(3));
            assertEquals(run.accepted(), run.value(), "lost updates; " + run.summary());
        }
    }

    /**
     * A write of a holder that has lost its lease is rejected once its successor has read. If this fails, look at the
     * token of the second grant: is it higher than that of the first?
     */
    @Test
    @Verifies(Rule.S3)
    default void s3_staleWriterIsRejectedOnceItsSuccessorHasRead() throws Exception {
        Path file = Files.createTempFile("holdfast-tck", "counter");
        try (Stage stage = stage();
                LostUpdate counter = LostUpdate.in(file)) {
            String name = stage.name();
            Lease first = stage.client()
                    .named(name, LockOptions.defaults().renewal(false))
                    .acquire(Timing.patience());
            OptionalLong seen = counter.read(first.fencingToken());
            Lease second = stage.client().named(name).acquire(stage.lease().plus(Timing.patience()));
            assertTrue(counter.increment(second.fencingToken()), "the new holder was rejected");
            assertFalse(
                    counter.write(first.fencingToken(), seen.orElseThrow() + 1),
                    "a write with the token of a former holder was accepted");
            assertEquals(1, counter.value());
            second.release();
        } finally {
            Files.delete(file);
        }
    }

    /**
     * A holder that does not renew sees its lease lost before a rival gets the lock. If this fails, look at validFrom
     * and at the timer in the store: which of the two starts first?
     */
    @Test
    @Verifies({Rule.S8, Rule.S4, Rule.F2})
    default void s8_lapsingHolderSeesTheLossBeforeARivalIsGranted() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.client();
            Lease lease = stage.client()
                    .named(name, LockOptions.defaults().renewal(false))
                    .acquire(Timing.patience());
            Stage.Branch<Long> lastHeld = stage.branch(() -> {
                long last = 0;
                for (long now = System.nanoTime(); lease.isHeld(); now = System.nanoTime()) {
                    last = now;
                }
                return last;
            });
            // Asks all the time: a wait may first look again when the lease is over in any case.
            List<Lease> taken = new ArrayList<>();
            Await.until("a grant to a rival", stage.lease().plus(Timing.patience()), () -> {
                rival.named(name).tryAcquire().ifPresent(taken::add);
                return !taken.isEmpty();
            });
            long granted = System.nanoTime();
            boolean held = lease.isHeld();
            Lease next = taken.get(0);
            assertTrue(
                    !held && granted - lastHeld.join() > 0,
                    "the lease was held when a rival had been granted the lock");
            assertTrue(next.fencingToken() > lease.fencingToken(), "the rival's token is not higher");
            next.release();
        }
    }

    /**
     * A process that is stopped beyond its lease sees it lost when it goes on, before a rival is granted the lock. If
     * this fails, look at the deadline: is it compared with the clock at every question?
     */
    @Test
    @Injects(Fault.HOLDER_STOPPED)
    @Verifies({Rule.S8, Rule.S4})
    default void s8_stoppedProcessHasLostItsLeaseWhenItGoesOn() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.client();
            ChildJvm holder = stage.taker(name, stage.lease());
            String answer = holder.ask("acquire 5000");
            assertTrue(answer.startsWith("granted "), answer);
            holder.ask("watch");
            holder.pause();
            Lease next;
            try {
                Duration free = rival.info().leaseTime().plus(harness().crashSlack());
                next = rival.named(name).acquire(free.plus(Timing.patience()));
            } finally {
                holder.resume();
            }
            long granted = System.nanoTime();
            assertEquals("held false", holder.ask("held"), "a lease is held although a rival has the lock");
            long last = Long.parseLong(holder.ask("lastHeld").split(" ", -1)[1]);
            assertTrue(granted - last > 0, "the lease was held when a rival had been granted the lock");
            assertTrue(next.isHeld(), "the rival lost the lock to a former holder");
            next.release();
        }
    }
}
