package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Processes that die or stand still while others wait; a single holder's are in {@link LivenessTck}. */
public interface ProcessFaultTck extends FaultChapter {
    /**
     * A dead and a hung waiter stand ahead in the queue: whoever comes after them has the lock within their lease
     * times, and the hung one, going on, contends like everybody else. If this fails, look at what the store does with
     * the place of a waiter that does not answer, and at what a waiter does that finds its place gone.
     */
    @Test
    @Injects({Fault.WAITER_KILLED, Fault.WAITER_STOPPED})
    @Verifies({Rule.S10, Rule.S1})
    default void s10_deadAndHungWaitersAheadHoldNobodyUp() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            ChildJvm dead = stage.taker(name, stage.lease());
            ChildJvm hung = stage.taker(name, stage.lease());
            Lease lease = stage.steadyClient().named(name).acquire(Timing.patience());
            LockClient live = stage.steadyClient();
            dead.tell("acquire 60000");
            awaitQueue(lease, 2);
            hung.tell("acquire 60000");
            awaitQueue(lease, 3);
            Stage.Branch<Lease> waiter = stage.branch(() -> live.named(name).acquire(Duration.ofMinutes(1)));
            awaitQueue(lease, 4);
            dead.kill();
            hung.pause();
            Lease next;
            try {
                // Each of the two may be granted once, and keep the lock until that lease lapses.
                Duration each = stage.lease().plus(harness().crashSlack());
                Duration bound = each.multipliedBy(2).plus(Timing.scheduling());
                lease.release();
                long released = System.nanoTime();
                next = waiter.join(bound.plus(Timing.patience()));
                Duration took = Duration.ofNanos(System.nanoTime() - released);
                assertTrue(took.compareTo(bound) <= 0, "free after " + took + ", the bound is " + bound);
            } finally {
                hung.resume();
            }
            Await.never(
                    "a waiter that stood still was answered while another held the lock",
                    Timing.quiet(),
                    hung::hasSpoken);
            long token = next.fencingToken();
            next.release();
            String answer = hung.line(Duration.ofMinutes(1));
            assertTrue(answer.startsWith("granted "), answer);
            assertTrue(Long.parseLong(answer.split(" ", -1)[1]) > token, answer + " after token " + token);
        }
    }

    private void awaitQueue(Lease holding, int places) throws Exception {
        if (harness().residue().isPresent()) {
            Await.until(
                    places + " places in the queue",
                    Timing.patience(),
                    () -> harness().residue().orElseThrow().size() >= places);
        } else {
            Await.never("the holder lost its lease", Timing.quiet(), () -> !holding.isHeld());
        }
    }

    /**
     * The holder dies while many wait: the first has the lock in time, and all of them get their turn, one after the
     * other. If this fails, look at who is told when a lease lapses in the store.
     */
    @Test
    @Injects(Fault.HOLDER_KILLED)
    @Verifies({Rule.L1, Rule.S2})
    default void l1_lockOfAKilledHolderReachesEveryWaiter() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            List<LockClient> clients = List.of(stage.steadyClient(), stage.steadyClient());
            ChildJvm holder = stage.taker(name, stage.lease());
            String answer = holder.ask("acquire 5000");
            assertTrue(answer.startsWith("granted "), answer);
            List<Long> tokens = new CopyOnWriteArrayList<>(List.of(Long.parseLong(answer.split(" ", -1)[1])));
            List<Stage.Branch<Void>> waiters = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                LockClient client = clients.get(i % 2);
                waiters.add(stage.branch(() -> {
                    try (Lease lease = client.named(name).acquire(Duration.ofMinutes(1))) {
                        tokens.add(lease.fencingToken());
                    }
                    return null;
                }));
            }
            Await.never(
                    "granted while held", Timing.quiet(), () -> waiters.stream().anyMatch(Stage.Branch::done));
            holder.kill();
            long killed = System.nanoTime();
            Duration first = stage.lease().plus(harness().crashSlack()).plus(Timing.scheduling());
            Await.until("the first grant after the death of the holder", first, () -> tokens.size() > 1);
            for (Stage.Branch<Void> waiter : waiters) {
                waiter.join(Timing.patience());
            }
            Duration took = Duration.ofNanos(System.nanoTime() - killed);
            Duration all = first.plus(Timing.scheduling().multipliedBy(waiters.size()));
            assertTrue(took.compareTo(all) <= 0, "everybody had a turn after " + took + ", the bound is " + all);
            for (int i = 1; i < tokens.size(); i++) {
                assertTrue(tokens.get(i - 1) < tokens.get(i), "tokens in the order of the grants: " + tokens);
            }
        }
    }
}
