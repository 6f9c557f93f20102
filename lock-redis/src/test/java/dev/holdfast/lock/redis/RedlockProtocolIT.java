package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.stores.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The claims of docs/redlock.md, one by one, on real servers. */
class RedlockProtocolIT {
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration MAX_LEASE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** An acquire that nobody disputes asks each server once, and so does its release. */
    @Test
    void anUncontendedPairIsTwoParallelRequests() throws Exception {
        try (RedlockStage stage = new RedlockStage(5, Duration.ofSeconds(30))) {
            LockClient client = stage.client(Duration.ofSeconds(30), "");
            client.named("warm").acquire(PATIENCE).release();
            int pairs = 400;
            long before = stage.scripts();
            for (int i = 0; i < pairs; i++) {
                Lease lease = client.named("lock-" + i % 10).acquire(PATIENCE);
                assertEquals(ReleaseOutcome.RELEASED, lease.release());
            }
            // The last release may still be on its way to a minority.
            Poll.until("releases", () -> stage.holders("lock-9") == 0);
            long extra = stage.scripts() - before - 10L * pairs;
            System.out.printf("RedlockProtocolIT: %d of %d pairs took more than two parallel requests%n", extra, pairs);
            assertTrue(extra <= pairs / 20, extra + " requests beyond ten in " + pairs + " pairs");
        }
    }

    /** The counterexample to tokens that are the maximum of what servers count: (5, 0, 0), then {1, 2}, then {2, 3}. */
    @Test
    void tokensRiseAlthoughNoServerIsShared() throws Exception {
        try (RedlockStage stage = new RedlockStage(3, MAX_LEASE)) {
            long ahead = 4_000_000_000_000_000L;
            stage.call(0, "HSET", RedlockStage.key("a"), "token", Long.toString(ahead));
            LockClient first = stage.client(LEASE, "");
            LockClient second = stage.client(LEASE, "");
            stage.server(2).pause();
            Lease low = first.named("a").acquire(PATIENCE);
            assertTrue(low.fencingToken() > ahead, "the higher of two tokens that differ");
            low.release();
            stage.server(2).resume();
            stage.server(0).pause();
            try (Lease high = second.named("a").acquire(PATIENCE)) {
                assertTrue(high.fencingToken() > low.fencingToken(), high + " after " + low);
            }
            stage.server(0).resume();
        }
    }

    /** A minority that is dead costs nothing but its answers; a majority that is dead, the lock. */
    @Test
    void aMinorityMayBeDead() throws Exception {
        try (RedlockStage stage = new RedlockStage(5, MAX_LEASE)) {
            LockClient client = stage.client(LEASE, "");
            stage.server(1).kill();
            stage.server(3).pause();
            for (int i = 0; i < 20; i++) {
                assertEquals(
                        ReleaseOutcome.RELEASED,
                        client.named("a").acquire(PATIENCE).release());
            }
            stage.server(4).kill();
            assertThrows(
                    StoreUnavailableException.class, () -> client.named("a").acquire(Duration.ofMillis(800)));
            stage.server(3).resume();
            Poll.until("a majority is back", () -> {
                try {
                    return client.named("a").acquire(PATIENCE).release() == ReleaseOutcome.RELEASED;
                } catch (StoreUnavailableException stillDown) {
                    return false;
                }
            });
        }
    }

    /** Who loses leaves nothing behind, so that the winner's minority is free for the next one. */
    @Test
    void aRefusedTryIsTakenBack() throws Exception {
        try (RedlockStage stage = new RedlockStage(5, Duration.ofSeconds(30))) {
            LockClient client = stage.client(Duration.ofSeconds(30), "");
            for (int i = 0; i < 3; i++) {
                String entry = "1 9000000000000000 30000 x";
                stage.call(i, "HSET", RedlockStage.key("a"), "token", "1", "o", "another", "o:another", entry);
            }
            assertTrue(client.named("a").tryAcquire().isEmpty());
            Poll.until("nothing of the loser", () -> stage.holder(3, "a") == null && stage.holder(4, "a") == null);
            assertTrue(client.named("a").tryAcquire(Duration.ofMillis(300)).isEmpty());
            Poll.until("nothing of the waiter", () -> stage.holder(3, "a") == null && stage.holder(4, "a") == null);
        }
    }

    /** A request that a server executes after the release finds its tombstone. */
    @Test
    void aStragglerGrantsNobody() throws Exception {
        try (RedlockStage stage = new RedlockStage(3, Duration.ofSeconds(30));
                FaultProxy slow = FaultProxy.before(stage.server(2))) {
            List<Integer> ports =
                    List.of(stage.server(0).port(), stage.server(1).port(), slow.port());
            LockClient client = stage.client(stage.servers.url(ports, "test"), Duration.ofSeconds(30));
            client.named("warm").acquire(PATIENCE).release();
            slow.blackHole(FaultProxy.Direction.TO_STORE);
            Lease lease = client.named("a").acquire(PATIENCE);
            assertEquals(2, stage.holders("a"));
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            slow.heal();
            Poll.until("the late request was executed, or refused", () -> stage.call(2, "EXISTS", RedlockStage.key("a"))
                    .equals(1L));
            Poll.until("nobody holds", () -> stage.holders("a") == 0);
        }
    }

    /** Servers that lost a grant keep everybody out until it has run out, whatever majority they could form. */
    @Test
    void aWipedMinorityGrantsNobodyEarly() throws Exception {
        try (RedlockStage stage = new RedlockStage(5, MAX_LEASE)) {
            LockClient holding = stage.client(LEASE, "");
            LockClient waiting = stage.client(LEASE, "");
            stage.server(3).pause();
            stage.server(4).pause();
            Lease lease =
                    holding.named("a", LockOptions.defaults().renewal(false)).acquire(PATIENCE);
            // Now on exactly three. These two come back, and two of the three forget.
            stage.server(0).restartEmpty();
            stage.server(1).restartEmpty();
            stage.server(3).resume();
            stage.server(4).resume();
            Lease next = waiting.named("a").acquire(PATIENCE);
            assertFalse(lease.isHeld());
            assertTrue(next.fencingToken() > lease.fencingToken(), next + " after " + lease);
            assertEquals(ReleaseOutcome.RELEASED, next.release());
        }
    }

    /** A lease that a majority no longer knows is lost, and a renewal does not put it back. */
    @Test
    void aRenewalNeverResurrects() throws Exception {
        try (RedlockStage stage = new RedlockStage(3, Duration.ofSeconds(30))) {
            LockClient client = stage.client(Duration.ofSeconds(3), "");
            Lease lease = client.named("a").acquire(PATIENCE);
            Poll.until("all three", () -> stage.holders("a") == 3);
            stage.call(0, "DEL", RedlockStage.key("a"));
            lease.renew();
            assertTrue(lease.isHeld(), "two of three confirm it");
            assertEquals(2, stage.holders("a"));
            stage.call(1, "DEL", RedlockStage.key("a"));
            Poll.until("it is lost", () -> !lease.isHeld());
            assertEquals(1, stage.holders("a"));
            assertEquals(ReleaseOutcome.NOT_HELD, lease.release());
        }
    }

    /** The clocks of two of three servers that hold jump: the lease ends before they let a rival in. */
    @Test
    void aJumpOfTwoClocksEndsNoLeaseEarly() throws Exception {
        List<Duration> offsets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            offsets.add(Duration.ofMillis(i % 2 == 0 ? 500 : -500));
        }
        try (RedlockStage stage = new RedlockStage(5, Duration.ofSeconds(3), offsets)) {
            LockClient holding = stage.client(Duration.ofSeconds(3), "&clockJump=500ms");
            LockClient waiting = stage.client(Duration.ofSeconds(3), "&clockJump=500ms");
            stage.server(3).pause();
            stage.server(4).pause();
            Lease lease =
                    holding.named("a", LockOptions.defaults().renewal(false)).acquire(PATIENCE);
            assertTrue(lease.remaining().compareTo(Duration.ofMillis(2_500)) < 0, "the jump is taken off");
            stage.server(3).resume();
            stage.server(4).resume();
            stage.clock(0).move(Duration.ofSeconds(1));
            stage.clock(1).move(Duration.ZERO);
            Lease next = waiting.named("a").acquire(PATIENCE);
            assertFalse(lease.isHeld(), "both hold");
            assertTrue(next.fencingToken() > lease.fencingToken());
            next.release();
        }
    }

    /** What would make a lease outlast the delayed restart is refused. */
    @Test
    void leasesAndServersThatDoNotFitAreRefused() throws Exception {
        try (RedlockStage stage = new RedlockStage(3, MAX_LEASE)) {
            String tooLong = message(() -> stage.client(Duration.ofSeconds(3), ""));
            assertTrue(tooLong.contains("maxLease"), tooLong);
            String other = message(() -> stage.client(stage.url().replace("maxLease=2000ms", "maxLease=5s"), LEASE));
            assertTrue(other.contains("maxLease 2000"), other);
            String one = message(() -> stage.client("redlock://127.0.0.1:1,127.0.0.1:2", LEASE));
            assertTrue(one.contains("odd number"), one);
            int port = stage.server(0).port();
            String twice = message(() -> stage.client(
                    "redlock://127.0.0.1:" + port + ",localhost:" + port + ",127.0.0.1:"
                            + stage.server(1).port() + "?maxLease=2s&namespace=test",
                    LEASE));
            assertTrue(twice.contains("the same server"), twice);
            String single = message(() -> stage.client("redis://127.0.0.1:" + port + "?namespace=test", LEASE));
            assertTrue(single.contains("mode redlock"), single);
        }
    }

    private static String message(Executable opening) {
        return String.valueOf(
                assertThrows(LockConfigurationException.class, opening).getMessage());
    }
}
