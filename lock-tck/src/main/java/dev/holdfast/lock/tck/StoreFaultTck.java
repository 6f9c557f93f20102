package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Stores that forget, expel or live in another time; stopped and restarted ones are in {@link FaultTck}. */
public interface StoreFaultTck extends FaultChapter {
    /**
     * The store comes back without its data, and the lock is granted anew: with a higher token, and safe from the
     * former holder, which sees its loss within a lease time. If this fails, look at where tokens come from, and at
     * what a release and a renewal compare.
     */
    @Test
    @Injects(Fault.STORE_EMPTIED)
    @Verifies({Rule.F6, Rule.S5, Rule.S7})
    default void f6_successorIsSafeAfterALossOfAllData() throws Exception {
        StoreControl control = harness()
                .control()
                .orElseThrow(() -> new NotApplicable("the harness has no power over the processes of this store"));
        forgotten(Fault.STORE_EMPTIED, control::wipe);
    }

    /** The same when the store evicts what it has of the lock. If this fails, look there. */
    @Test
    @Injects(Fault.EVICTION)
    @Verifies({Rule.F6, Rule.S5, Rule.S7})
    default void f6_successorIsSafeAfterAnEviction() throws Exception {
        forgotten(Fault.EVICTION, harness()::evict);
    }

    private void forgotten(Fault fault, Runnable trouble) throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease former = stage.steadyClient().named(name).acquire(Timing.patience());
            trouble.run();
            boolean before = former.isHeld();
            // A new client: one that is open may have to be opened again, when what it set up in the store is gone.
            LockClient rival = stage.steadyClient();
            Lease successor = Aftermath.acquire(rival, name, Timing.patience().multipliedBy(2));
            boolean overlapped = before && former.isHeld();
            Expected.of(harness()).checkOverlap(fault, overlapped);
            Aftermath.successorIsSafe(stage, former, successor);
        }
    }

    /**
     * The store is killed and comes back with what it kept: whoever is granted the lock then is alone, except where the
     * expected results say otherwise, and safe from the former holder. If this fails, look at what is on the disk when
     * a grant is answered.
     */
    @Test
    @Injects(Fault.STORE_RESTARTED)
    @Verifies({Rule.S1, Rule.S5, Rule.S7})
    default void s1_restartFreesALockOnlyWhereThatIsDocumented() throws Exception {
        StoreControl control = harness()
                .control()
                .orElseThrow(() -> new NotApplicable("the harness has no power over the processes of this store"));
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease former = stage.steadyClient().named(name).acquire(Timing.patience());
            control.kill();
            control.restart();
            boolean before = former.isHeld();
            LockClient rival = stage.steadyClient();
            Optional<Lease> successor = rival.named(name).tryAcquire(Timing.briefWait());
            boolean overlapped = before && successor.isPresent() && former.isHeld();
            Expected.of(harness()).checkOverlap(Fault.STORE_RESTARTED, overlapped);
            if (successor.isPresent()) {
                Aftermath.successorIsSafe(stage, former, successor.get());
            } else {
                former.release();
                Aftermath.freeAndEmpty(stage, name);
            }
        }
    }

    /**
     * The store ends the lease, or the session that carries it: the holder is told within a lease time, and its
     * successor is safe from it. If this fails, look at what a renewal does with the answer that the grant is gone.
     */
    @Test
    @Injects(Fault.SESSION_ENDED)
    @Verifies({Rule.D2, Rule.S5, Rule.S7, Rule.S2})
    default void d2_endOfALeaseInTheStoreIsTold() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease former = stage.steadyClient().named(name).acquire(Timing.patience());
            LockClient rival = stage.steadyClient();
            if (!harness().expire(name)) {
                throw new NotApplicable("the harness cannot end what carries a lease in this store");
            }
            Lease successor = Aftermath.acquire(rival, name, Timing.patience());
            boolean overlapped = former.isHeld();
            Expected.of(harness()).checkOverlap(Fault.SESSION_ENDED, overlapped);
            Aftermath.successorIsSafe(stage, former, successor);
        }
    }

    /**
     * The store ends every connection of its clients: leases stay, and a waiter is still granted the lock. If this
     * fails, look at what hangs on a connection, and at how the channel of wake-ups comes back.
     */
    @Test
    @Injects(Fault.CONNECTIONS_ENDED)
    @Verifies({Rule.D4, Rule.W6})
    default void d4_leaseOutlastsItsConnections() throws Exception {
        try (Stage stage = stage()) {
            if (!harness().leasesOutliveConnections()) {
                throw new NotApplicable("in this store a lease ends with its connection: see " + Fault.SESSION_ENDED);
            }
            String name = stage.name();
            LockClient holding = stage.steadyClient();
            LockClient waiting = stage.steadyClient();
            Lease lease = holding.named(name).acquire(Timing.patience());
            Stage.Branch<Lease> waiter = stage.branch(() -> Aftermath.acquire(waiting, name, Duration.ofMinutes(1)));
            Await.never("granted while held", Timing.quiet(), waiter::done);
            harness().endConnections();
            Duration longer = holding.info().leaseTime().multipliedBy(4).dividedBy(3);
            Await.never("the lease was lost, or granted to a waiter", longer, () -> !lease.isHeld() || waiter.done());
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            Duration bound = waiting.info().leaseTime().multipliedBy(5).dividedBy(6);
            waiter.join(bound).release();
        }
    }

    /**
     * The store's wall clock jumps by two lease times, forward and back: tokens rise all the same, a lease that lapsed
     * early is told so, and a release frees what it was granted, no more. If this fails: what is the token when the
     * clock is below the last one, and which clock does the store compare?
     */
    @Test
    @Injects(Fault.STORE_CLOCK)
    @Verifies({Rule.S2, Rule.F2, Rule.S5, Rule.S7})
    default void s2_tokensRiseOverJumpsOfTheStoresClock() throws Exception {
        try (ClockedStore store = harness().clockedStore();
                Stage stage = new Stage(store.harness())) {
            String name = stage.name();
            Duration jump = stage.longLease().multipliedBy(2);
            LockClient a = stage.steadyClient();
            LockClient b = stage.steadyClient();
            boolean overlapped = false;
            for (Duration offset : List.of(jump, Duration.ZERO, jump.negated(), Duration.ZERO)) {
                Lease former = Aftermath.acquire(a, name, Timing.patience());
                b.named(stage.name()).acquire(Timing.patience()).release();
                store.move(offset);
                Optional<Lease> early = b.named(name).tryAcquire(Timing.briefWait());
                overlapped |= early.isPresent() && former.isHeld();
                if (early.isPresent()) {
                    Aftermath.successorIsSafe(stage, former, early.get());
                } else {
                    assertTrue(former.isHeld(), "the lease was lost, but nobody else was granted the lock");
                    assertEquals(ReleaseOutcome.RELEASED, former.release());
                    Lease next = Aftermath.acquire(b, name, Timing.scheduling().plus(Timing.briefWait()));
                    long token = former.fencingToken();
                    assertTrue(next.fencingToken() > token, next.fencingToken() + " after " + token);
                    assertEquals(ReleaseOutcome.RELEASED, next.release());
                }
            }
            Expected.of(harness()).checkOverlap(Fault.STORE_CLOCK, overlapped);
        }
    }

    /**
     * The wall clock of a client jumps by two lease times: forward it may cost a lease, as if the machine had been
     * suspended, back it costs nothing; nobody else is granted a lock that is held, and tokens rise. If this fails,
     * look for a deadline or a token that is a reading of the wall clock.
     */
    @Test
    @Injects(Fault.CLIENT_CLOCK)
    @Verifies({Rule.S4, Rule.S2, Rule.D4})
    default void s4_jumpsOfAClientsClockCostAtMostALease() throws Exception {
        try (Stage stage = stage();
                ClientClock clock = harness().clientClock()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            Duration leaseTime = stage.longLease();
            ChildJvm client = stage.taker(clock.environment(), name, leaseTime);
            long first = granted(client.ask("acquire 5000"));
            clock.move(leaseTime.multipliedBy(2));
            if (client.ask("held").equals("held true")) {
                assertTrue(rival.named(name).tryAcquire().isEmpty(), "a rival was granted a lock that was held");
            }
            client.ask("release");
            long second = granted(client.ask("acquire 9000"));
            assertTrue(second > first, second + " after " + first);
            clock.move(leaseTime.multipliedBy(-2));
            Duration longer = leaseTime.multipliedBy(4).dividedBy(3);
            Optional<Lease> stolen = rival.named(name).tryAcquire(longer);
            assertFalse(stolen.isPresent(), "the lease was not renewed after its client's clock had jumped back");
            assertEquals("held true", client.ask("held"), "a step back costs no lease");
            assertEquals("released RELEASED", client.ask("release"));
            try (Lease next = rival.named(name).acquire(Timing.patience())) {
                assertTrue(next.fencingToken() > second, next.fencingToken() + " after " + second);
            }
        }
    }

    private static long granted(String answer) {
        assertTrue(answer.startsWith("granted "), answer);
        return Long.parseLong(answer.split(" ", -1)[1]);
    }
}
