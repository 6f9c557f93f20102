package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chapter L, second part: what waiting, handing over and holding cost, counted in requests of the store. */
public interface CostTck extends Chapter {
    /** A hand-over among many waiters costs as much as among few. If this fails: whom does a release wake? */
    @Test
    @Verifies(Rule.L6)
    default void l6_handOverCostsTheSameAmongManyWaiters() throws Exception {
        try (Stage stage = stage()) {
            double few = requestsPerHandOver(stage, 4);
            double many = requestsPerHandOver(stage, 24);
            assertTrue(many <= 2 * few + 2, many + " requests among 24 waiters, " + few + " among 4");
        }
    }

    private double requestsPerHandOver(Stage stage, int waiters) throws Exception {
        requests();
        Duration leaseTime = stage.longLease().multipliedBy(4);
        LockClient client = stage.client(stage.options().leaseTime(leaseTime).build());
        DistributedLock lock = client.named(stage.name());
        Lease lease = lock.acquire(Timing.patience());
        long before = requests();
        List<Stage.Branch<Void>> branches = new ArrayList<>();
        for (int i = 0; i < waiters; i++) {
            branches.add(stage.branch(() -> {
                lock.acquire(Duration.ofMinutes(1)).release();
                return null;
            }));
        }
        Await.never(
                "granted while held", Timing.quiet(), () -> branches.stream().anyMatch(Stage.Branch::done));
        lease.release();
        for (Stage.Branch<Void> branch : branches) {
            branch.join(Duration.ofMinutes(1));
        }
        return (requests() - before) / (double) waiters;
    }

    private long requests() {
        return harness()
                .requests()
                .orElseThrow(() -> new NotApplicable("the harness cannot count the requests of this store"));
    }

    /**
     * Many leases are renewed by as few requests as one is. What a client sends to keep its session counts in both
     * cases, and is no business of this rule. If this fails: does renew send one request for each grant?
     */
    @Test
    @Verifies(Rule.L6)
    default void l6_holdingCostsTheSameForManyLeases() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.steadyClient();
            List<Lease> leases = new ArrayList<>();
            leases.add(client.named(stage.name()).acquire(Timing.patience()));
            long one = requestsToHold(client, leases);
            while (leases.size() < 100) {
                leases.add(client.named(stage.name()).acquire(Timing.patience()));
            }
            long hundred = requestsToHold(client, leases);
            assertTrue(
                    hundred <= one + 8,
                    hundred + " requests in two renewal intervals for 100 leases, and " + one + " for one");
        }
    }

    private long requestsToHold(LockClient client, List<Lease> leases) throws Exception {
        long before = requests();
        Duration interval = client.info().leaseTime().dividedBy(3);
        Await.never("a lease was lost", interval.multipliedBy(2), () -> !leases.stream()
                .allMatch(Lease::isHeld));
        return requests() - before;
    }

    /** One waiter causes few requests. If this fails, look at recheckAfter. */
    @Test
    @Verifies(Rule.W10)
    default void w10_waitingCostsFewRequests() throws Exception {
        try (Stage stage = stage()) {
            requests();
            String name = stage.name();
            LockClient waiting = stage.steadyClient();
            try (Lease lease = stage.steadyClient().named(name).acquire(Timing.patience())) {
                long before = requests();
                assertTrue(waiting.named(name).tryAcquire(Duration.ofSeconds(1)).isEmpty());
                long sent = requests() - before;
                // Beside the waiter: entering, leaving, and two intervals of the holder's and the session's renewals.
                assertTrue(sent <= 20 + 8, sent + " requests in one second of waiting");
                assertTrue(lease.isHeld());
            }
        }
    }

    /** A waiter that the store wakes does not ask meanwhile. If this fails: is the wake-up a poll in disguise? */
    @Test
    @Verifies(Rule.L2)
    default void l2_waiterDoesNotPoll() throws Exception {
        try (Stage stage = stage()) {
            requests();
            String name = stage.name();
            Duration leaseTime = stage.longLease().multipliedBy(3);
            LockClient holding =
                    stage.client(stage.options().leaseTime(leaseTime).build());
            LockClient waiting =
                    stage.client(stage.options().leaseTime(leaseTime).build());
            try (Lease lease = holding.named(name).acquire(Timing.patience())) {
                // The first wait of a client may also set up how it is woken.
                assertTrue(waiting.named(name).tryAcquire(Timing.briefWait()).isEmpty());
                long before = requests();
                assertTrue(waiting.named(name).tryAcquire(Duration.ofSeconds(1)).isEmpty());
                long sent = requests() - before;
                // Entering and leaving, each at most two requests, and one interval of renewals and heartbeats.
                assertTrue(sent <= 8, sent + " requests in one second of waiting");
                assertTrue(lease.isHeld());
            }
        }
    }
}
