package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Chapter L: how soon the lock moves on, and at what cost. */
public interface LivenessTck extends Chapter {
    /**
     * The lock of a killed process is granted to a waiter within lease time and slack, plus scheduling. If this fails,
     * look at what the store does when a lease lapses, and when waiters look again.
     */
    @Test
    @Injects(Fault.HOLDER_KILLED)
    @Verifies(Rule.L1)
    default void l1_lockOfAKilledHolderIsFreeInTime() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.client();
            ChildJvm holder = stage.taker(name, stage.lease());
            String answer = holder.ask("acquire 5000");
            assertTrue(answer.startsWith("granted "), answer);
            Stage.Branch<Long> waiter = stage.branch(() -> {
                try (Lease lease = client.named(name).acquire(Duration.ofMinutes(1))) {
                    return lease.isHeld() ? System.nanoTime() : 0L;
                }
            });
            Await.never("granted while held", Timing.quiet(), waiter::done);
            holder.kill();
            long killed = System.nanoTime();
            Duration bound =
                    client.info().leaseTime().plus(harness().crashSlack()).plus(Timing.scheduling());
            Duration took = Duration.ofNanos(waiter.join(bound.plus(Timing.patience())) - killed);
            assertTrue(took.compareTo(bound) <= 0, "free after " + took + ", the bound is " + bound);
        }
    }

    /** A killed waiter does not get in the way. If this fails, look at how long a place in the queue lives. */
    @Test
    @Injects(Fault.WAITER_KILLED)
    @Verifies(Rule.S10)
    default void s10_killedWaiterDoesNotOwnTheLock() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.steadyClient();
            LockClient rival = stage.client();
            ChildJvm waiter = stage.taker(name, stage.lease());
            Lease lease = client.named(name).acquire(Timing.patience());
            waiter.tell("acquire 60000");
            Optional<List<String>> queued = harness().residue();
            if (queued.isPresent()) {
                Await.until("the place of the waiter", Timing.patience(), () -> residue() >= 2);
            } else {
                Await.never("holder lost its lease", Timing.quiet(), () -> !lease.isHeld());
            }
            waiter.kill();
            lease.release();
            Duration bound =
                    rival.info().leaseTime().plus(harness().crashSlack()).plus(Timing.scheduling());
            Duration took = Await.took(() ->
                    rival.named(name).acquire(bound.plus(Timing.patience())).release());
            assertTrue(took.compareTo(bound) <= 0, "a killed waiter kept the lock for " + took);
        }
    }

    private long residue() {
        return harness().residue().orElseThrow().size();
    }

    /**
     * Every one of several releases reaches a waiter long before its next poll. If this fails, look at the wake-up: is
     * it sent, and does it arrive?
     */
    @Test
    @Verifies(Rule.L2)
    default void l2_releaseReachesAWaiterWithoutAPoll() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Duration leaseTime = stage.longLease().multipliedBy(3);
            LockClient a = stage.client(stage.options().leaseTime(leaseTime).build());
            LockClient b = stage.client(stage.options().leaseTime(leaseTime).build());
            for (int round = 0; round < 4; round++) {
                Duration handOver = handOver(stage, a, b, name);
                // A quarter of the poll interval.
                assertTrue(handOver.compareTo(leaseTime.dividedBy(12)) <= 0, "round " + round + " took " + handOver);
            }
        }
    }

    /** A release reaches a waiter within a poll interval. If this fails, look at recheckAfter. */
    @Test
    @Verifies(Rule.W6)
    default void w6_waiterAcquiresWithinAPollInterval() throws Exception {
        try (Stage stage = stage()) {
            LockClient a = stage.steadyClient();
            LockClient b = stage.steadyClient();
            Duration handOver = handOver(stage, a, b, stage.name());
            Duration bound = a.info().leaseTime().multipliedBy(5).dividedBy(6);
            assertTrue(handOver.compareTo(bound) <= 0, "took " + handOver);
        }
    }

    /**
     * A waiter whose wake-up is lost acquires within a poll interval. If this fails: does the engine look by itself?
     */
    @Test
    @Injects(Fault.WAKE_UP_LOST)
    @Verifies(Rule.W6)
    default void w6_waiterAcquiresAlthoughItsWakeUpIsLost() throws Exception {
        try (Stage stage = stage()) {
            Duration leaseTime = stage.longLease();
            LockClient deaf = stage.deaf(stage.options().leaseTime(leaseTime).build());
            Duration handOver = handOver(stage, stage.steadyClient(), deaf, stage.name());
            Duration bound = leaseTime.multipliedBy(5).dividedBy(6);
            assertTrue(handOver.compareTo(bound) <= 0, "took " + handOver);
        }
    }

    private static Duration handOver(Stage stage, LockClient from, LockClient to, String name) throws Exception {
        Lease lease = from.named(name).acquire(Timing.patience());
        Stage.Branch<Long> waiter = stage.branch(() -> {
            try (Lease next = to.named(name).acquire(Duration.ofMinutes(1))) {
                return next.isHeld() ? System.nanoTime() : 0L;
            }
        });
        Await.never("granted while held", Timing.quiet(), waiter::done);
        long released = System.nanoTime();
        lease.release();
        return Duration.ofNanos(waiter.join(Duration.ofMinutes(1)) - released);
    }

    /** Waits, time-outs and releases leave nothing in the store. If this fails, look at what residue names. */
    @Test
    @Verifies(Rule.L3)
    default void l3_nothingIsLeftInTheStore() throws Exception {
        try (Stage stage = stage()) {
            List<String> names = List.of(stage.name(), stage.name());
            LockClient a = stage.client();
            LockClient b = stage.client();
            for (String name : names) {
                Lease lease = a.named(name).acquire(Timing.patience());
                assertTrue(b.named(name).tryAcquire().isEmpty());
                assertTrue(b.named(name).tryAcquire(Timing.briefWait()).isEmpty());
                Stage.Branch<Lease> waiter = stage.branch(() -> b.named(name).acquire(Timing.patience()));
                lease.release();
                waiter.join().release();
            }
            LockClient third = stage.client();
            for (String name : names) {
                Optional<Lease> lease = third.named(name).tryAcquire(Timing.scheduling());
                assertTrue(lease.isPresent(), "something holds lock '" + name + "'");
                lease.get().release();
            }
            if (harness().residue().isPresent()) {
                Duration bound = stage.lease().plus(harness().crashSlack()).plus(Timing.patience());
                Await.until("nothing in the store", bound, () -> residue() == 0);
                assertEquals(List.of(), harness().residue().orElseThrow());
            }
        }
    }

    /**
     * Waiters are granted in the order in which the store had answered them. If this fails, look at the queue's order.
     */
    @Test
    @Verifies(Rule.L5)
    default void l5_waitersAreGrantedInTheOrderOfTheStore() throws Exception {
        try (Stage stage = stage()) {
            List<LockDriver> drivers = List.of(stage.driver(), stage.driver());
            String name = stage.name();
            Grant holding = Exchange.granted(drivers.get(0), Stage.request(name, false));
            LockDriver holder = drivers.get(0);
            List<AcquireRequest> queue = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                AcquireRequest waiter = Stage.request(name, true);
                assertInstanceOf(Answer.Waiting.class, drivers.get(i % 2).enter(waiter));
                queue.add(waiter);
            }
            for (int i = 0; i < queue.size(); i++) {
                holder.release(List.of(holding));
                holder = drivers.get(i % 2);
                holding = Exchange.awaitGrant(holder, queue.get(i));
                for (int j = i + 1; j < queue.size(); j++) {
                    Answer later = drivers.get(j % 2).look(queue.get(j));
                    assertInstanceOf(Answer.Waiting.class, later, "waiter " + j + " while " + i + " holds");
                }
            }
            holder.release(List.of(holding));
        }
    }

    /**
     * Whoever comes when the holder has lapsed queues behind those who wait. If this fails, a short way to a lock that
     * looks free does not ask who waits.
     */
    @Test
    @Verifies(Rule.L5)
    default void l5_aLapsedHolderIsFollowedByTheFirstWaiter() throws Exception {
        try (Stage stage = stage()) {
            LockDriver driver = stage.driver();
            String name = stage.name();
            AcquireRequest lapsing = Stage.request(name, false);
            Exchange.granted(stage.driver(), lapsing);
            AcquireRequest first = Stage.request(name, true);
            assertInstanceOf(Answer.Waiting.class, driver.enter(first));
            if (!harness().expire(name)) {
                throw new NotApplicable("the harness cannot end a grant in the store");
            }
            AcquireRequest newcomer = Stage.request(name, true);
            assertInstanceOf(Answer.Waiting.class, driver.enter(newcomer), "a newcomer while another waits");
            driver.release(List.of(Exchange.awaitGrant(driver, first)));
            driver.release(List.of(Exchange.awaitGrant(driver, newcomer)));
        }
    }
}
