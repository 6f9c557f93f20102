package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.FencingGuard;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StaleTokenException;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.SentinelledRedis;
import dev.holdfast.lock.stores.StoreLauncher;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A primary, a replica and three sentinels; the primary is killed, and the replica takes its place. */
class RedisSentinelIT {
    private static final Duration LEASE = Duration.ofSeconds(5);

    /** So long that a failover is over before the first renewal. */
    private static final Duration LONG_LEASE = Duration.ofSeconds(15);

    private static final Duration FAILOVER = Duration.ofSeconds(30);
    private static final String STRICT = "?durability=strict&maxLease=5s";

    private static SentinelledRedis start() {
        return new StoreLauncher().startSentinelledRedis();
    }

    private static LockClient open(SentinelledRedis redis, String parameters) {
        return open(redis, parameters, LEASE);
    }

    private static LockClient open(SentinelledRedis redis, String parameters, Duration leaseTime) {
        ClientOptions options = ClientOptions.builder()
                .leaseTime(leaseTime)
                .storeTimeout(Duration.ofMillis(800))
                .build();
        return Locks.open(redis.url() + parameters, options);
    }

    private static @Nullable Object ask(RunningStore store, String... question) throws IOException {
        try (RespProbe probe = new RespProbe(store.host(), store.port(), Duration.ofSeconds(5))) {
            return probe.call(question);
        }
    }

    /** From now on the primary goes on alone, and the replica knows nothing of it. */
    private static void cutReplication(SentinelledRedis redis) throws IOException {
        redis.replica().pause();
        ask(redis.primary(), "CLIENT", "KILL", "TYPE", "replica");
    }

    private static void failOver(SentinelledRedis redis) {
        redis.primary().kill();
        redis.replica().resume();
    }

    /** A grant, although the store may be unavailable for a while, or grant nobody. */
    private static Lease untilGranted(LockClient client, String name) throws InterruptedException {
        return untilGranted(client, name, () -> {});
    }

    private static Lease untilGranted(LockClient client, String name, Runnable meanwhile) throws InterruptedException {
        long end = System.nanoTime() + FAILOVER.toNanos();
        while (true) {
            meanwhile.run();
            try {
                return client.named(name).acquire(Duration.ofSeconds(1));
            } catch (LockException notYet) {
                assertTrue(System.nanoTime() - end < 0, () -> "not within " + FAILOVER + ": " + notYet);
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    @Test
    void anUnreplicatedLockIsHeldTwiceInDefaultModeAndTheStaleWriteIsRejected() throws Exception {
        for (int round = 0; round < 3; round++) {
            try (SentinelledRedis redis = start();
                    LockClient client = open(redis, "", LONG_LEASE);
                    LockClient rival = open(redis, "", LONG_LEASE)) {
                FencingGuard resource = new FencingGuard("ledger");
                cutReplication(redis);
                Lease former = client.named("a").acquire(Duration.ofSeconds(1));
                resource.check(former.fencingToken());
                failOver(redis);
                long killed = System.nanoTime();
                Lease next = untilGranted(rival, "a");
                System.out.println("failover: a rival was granted the lock after "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed) + " ms");
                assertTrue(former.isHeld() && next.isHeld(), "two holders: the price of the default mode");
                assertTrue(next.fencingToken() > former.fencingToken());
                resource.check(next.fencingToken());
                assertThrows(StaleTokenException.class, () -> resource.check(former.fencingToken()));
                Poll.until("the former holder learns of it", () -> !former.isHeld());
                assertTrue(next.isHeld());
            }
        }
    }

    /** The grace alone, with a lock that no replica has ever seen. */
    @Test
    void anUnreplicatedLockHasOneHolderInStrictMode() throws Exception {
        for (int round = 0; round < 3; round++) {
            try (SentinelledRedis redis = start();
                    LockClient client = open(redis, STRICT + "&replicas=0");
                    LockClient rival = open(redis, STRICT + "&replicas=0")) {
                untilGranted(client, "warm").release();
                cutReplication(redis);
                Lease former = client.named("a").acquire(Duration.ofSeconds(1));
                failOver(redis);
                Lease next = untilGranted(rival, "a");
                assertFalse(former.isHeld(), "two holders");
                assertTrue(next.fencingToken() > former.fencingToken());
            }
        }
    }

    /** What the replica has not confirmed is no lease; what it has confirmed outlasts a failover. */
    @Test
    void grantsThatReplicasConfirm() throws Exception {
        try (SentinelledRedis redis = start();
                LockClient client = open(redis, STRICT);
                LockClient rival = open(redis, STRICT)) {
            untilGranted(client, "warm").release();
            Lease former = client.named("a").acquire(Duration.ofSeconds(2));
            cutReplication(redis);
            try {
                assertThrows(LockException.class, () -> client.named("b").acquire(Duration.ofSeconds(1)));
            } finally {
                failOver(redis);
            }
            Poll.until("the replica is the primary", () -> isPrimary(redis.replica()));
            assertThrows(LockException.class, () -> rival.named("c").acquire(Duration.ofSeconds(1)), "no replica");
            redis.primary().restart();
            ask(
                    redis.primary(),
                    "REPLICAOF",
                    redis.replica().host(),
                    "" + redis.replica().port());
            // If its renewals are confirmed again in time, it outlasts the failover: then somebody has to release it.
            long end = System.nanoTime() + LEASE.multipliedBy(2).toNanos();
            Lease next = untilGranted(rival, "a", () -> {
                if (System.nanoTime() - end > 0) {
                    former.close();
                }
            });
            assertFalse(former.isHeld(), "two holders");
            assertTrue(next.fencingToken() > former.fencingToken());
            next.release();
            untilGranted(rival, "b").release();
        }
    }

    private static boolean isPrimary(RunningStore store) throws IOException {
        return String.valueOf(ask(store, "INFO", "replication")).contains("role:master");
    }

    @Test
    void oneSentinelIsEnoughAndAllMayHang() throws Exception {
        try (SentinelledRedis redis = start();
                LockClient client = open(redis, "")) {
            redis.sentinels().get(0).pause();
            redis.sentinels().get(1).kill();
            try (LockClient next = open(redis, "")) {
                next.named("a").acquire(Duration.ofSeconds(1)).release();
            }
            redis.sentinels().get(2).pause();
            client.named("a").acquire(Duration.ofSeconds(1)).release();
            long since = System.nanoTime();
            ClientOptions brief = ClientOptions.builder()
                    .connectTimeout(Duration.ofSeconds(1))
                    .build();
            LockException failure = assertThrows(
                    LockException.class, () -> Locks.open(redis.url(), brief).close());
            assertTrue(System.nanoTime() - since < Duration.ofMillis(2_500).toNanos(), "within connectTimeout");
            assertTrue(String.valueOf(failure.getMessage()).contains("sentinel"), failure.getMessage());
        }
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        try (SentinelledRedis redis = start()) {
            String other = redis.url().replace("mymaster", "another");
            LockException unknown = assertThrows(LockException.class, () -> Locks.open(other + "?connectTimeout=1s")
                    .close());
            assertTrue(String.valueOf(unknown.getMessage()).contains("'another'"), unknown.getMessage());
            for (String wrong : List.of(
                    redis.url() + STRICT + "&replicas=10", redis.url().replace("/mymaster", ""), redis.url() + "/x")) {
                assertThrows(
                        LockConfigurationException.class,
                        () -> Locks.open(wrong).close(),
                        wrong);
            }
            TestClient.open(redis.url() + STRICT, LEASE).close();
            StoreException mixed = assertThrows(StoreException.class, () -> TestClient.open(
                            "redis://127.0.0.1:" + redis.primary().port() + STRICT, LEASE)
                    .close());
            assertEquals(StoreException.Kind.REFUSED, mixed.kind());
            assertTrue(String.valueOf(mixed.getMessage()).contains("strict-replicas-1"), mixed.getMessage());
        }
    }
}
