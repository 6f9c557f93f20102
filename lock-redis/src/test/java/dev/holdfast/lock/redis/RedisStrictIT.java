package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** durability=strict: whatever a server has forgotten, nobody is granted a lock before forgotten leases are over. */
class RedisStrictIT {
    private static final Duration LEASE = Duration.ofMillis(1_500);
    private static final String STRICT = "?durability=strict&maxLease=1500ms";

    private static TestClient strict(RedisServer server) {
        return TestClient.open(server.url() + STRICT, LEASE);
    }

    private static boolean isOver(Grant grant) {
        return System.nanoTime() - grant.validFrom() >= LEASE.toNanos();
    }

    private static Renewal renew(TestClient by, Grant grant) {
        return by.driver.renew(List.of(grant)).get(0);
    }

    /** A grant, and that nobody had it before the former one was over. */
    /** Nobody is known to hold it, and somebody may: that must not be told as held by another. */
    private static void refusedInAGrace(TestClient by, String name) {
        StoreException refused = assertThrows(StoreException.class, () -> by.attempt(name));
        assertEquals(StoreException.Kind.NOT_EXECUTED, refused.kind(), refused.getMessage());
        assertTrue(String.valueOf(refused.getMessage()).contains("grants nothing until"), refused.getMessage());
    }

    private static Grant successor(TestClient by, Grant former) throws InterruptedException {
        refusedInAGrace(by, former.name().value());
        Grant next = RedisStage.untilGranted(by, former.name().value());
        assertTrue(isOver(former), "granted while a forgotten lease may last");
        assertTrue(next.token() > former.token());
        return next;
    }

    @Test
    void theFirstUseOfANamespaceCostsOneGrace() throws Exception {
        try (RedisServer server = RedisServer.start();
                TestClient client = strict(server)) {
            long opened = System.nanoTime();
            refusedInAGrace(client, "a");
            AcquisitionId waiter = AcquisitionId.random();
            Answer.Waiting waiting = assertInstanceOf(Answer.Waiting.class, client.enter(waiter, "a"));
            assertTrue(waiting.recheckAfter().toMillis() >= 100, "nobody polls in a grace: " + waiting);
            Poll.until("the waiter's turn", () -> client.look(waiter, "a") instanceof Answer.Granted);
            long took = System.nanoTime() - opened;
            assertTrue(took > LEASE.toNanos() - 200_000_000L, "granted after " + took / 1_000_000 + " ms");
            client.take("b");
            try (TestClient next = strict(server)) {
                next.take("c");
            }
        }
    }

    @Test
    void anEmptiedServer() throws Exception {
        try (RedisServer server = RedisServer.start();
                TestClient client = strict(server);
                TestClient rival = strict(server)) {
            RedisStage.untilGranted(client, "warm");
            Grant former = client.take("a");
            server.call("FLUSHALL");
            Renewal.Lost lost = assertInstanceOf(Renewal.Lost.class, renew(client, former));
            assertEquals(LossReason.STORE_RESET, lost.reason());
            successor(rival, former);
            assertEquals(List.of("strict", "1500"), record(server));
        }
    }

    private static List<?> record(RedisServer server) throws Exception {
        return (List<?>) server.call("HMGET", "hf:meta:{test}", "mode", "maxlease");
    }

    @Test
    void aServerThatComesBackFromASnapshotWithoutTheGrant() throws Exception {
        try (RedisServer server = RedisServer.start();
                TestClient client = strict(server)) {
            RedisStage.untilGranted(client, "warm");
            server.call("SAVE");
            Grant former = client.take("a");
            server.store().restart();
            try (TestClient rival = strict(server)) {
                successor(rival, former);
            }
        }
    }

    @Test
    void aGrantThatSurvivesARestartStaysHeldAndIsGrantedToNobodyElse() throws Exception {
        try (RedisServer server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
                TestClient client = strict(server)) {
            RedisStage.untilGranted(client, "warm");
            Grant held = client.take("a");
            server.store().restart();
            Poll.until("a renewal after the restart", () -> {
                try {
                    return renew(client, held) instanceof Renewal.Renewed;
                } catch (StoreException notYet) {
                    return false;
                }
            });
            try (TestClient rival = strict(server)) {
                AcquisitionId waiter = AcquisitionId.random();
                assertInstanceOf(Answer.Waiting.class, rival.enter(waiter, "a"));
                assertEquals(ReleaseOutcome.RELEASED, RedisStage.release(client, held));
                assertInstanceOf(Answer.Waiting.class, rival.look(waiter, "a"), "a release grants nothing in a grace");
                Poll.until("the waiter's turn", () -> rival.look(waiter, "a") instanceof Answer.Granted);
            }
        }
    }

    @Test
    void aPromotedReplicaThatNeverSawTheGrant() throws Exception {
        for (boolean inStrictMode : new boolean[] {false, true}) {
            String parameters = inStrictMode ? STRICT : "";
            try (RedisServer primary = RedisServer.start("--repl-diskless-sync-delay", "0");
                    FaultProxy link = FaultProxy.before(primary.store());
                    RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", "" + link.port())) {
                Poll.until("the replica follows", () -> follows(replica));
                try (TestClient client = TestClient.open(primary.url() + parameters, LEASE)) {
                    RedisStage.untilGranted(client, "warm");
                    Poll.until("the replica has the record", () -> replica.call("EXISTS", "hf:meta:{test}")
                            .equals(1L));
                    link.blackHole(FaultProxy.Direction.TO_CLIENT);
                    Grant former = client.take("a");
                    primary.store().kill();
                    replica.call("REPLICAOF", "NO", "ONE");
                    try (TestClient rival = TestClient.open(replica.url() + parameters, LEASE)) {
                        if (inStrictMode) {
                            successor(rival, former);
                        } else {
                            Grant second = rival.take("a");
                            assertTrue(!isOver(former), "two holders: the price of the default mode");
                            assertTrue(second.token() > former.token());
                        }
                    }
                }
            }
        }
    }

    private static boolean follows(RedisServer replica) throws Exception {
        return String.valueOf(replica.call("INFO", "replication")).contains("master_link_status:up");
    }

    /** The same process is primary again, with a record that it wrote itself: its run_id is the same, its data not. */
    @Test
    void aPrimaryThatWasAReplicaMeanwhile() throws Exception {
        try (RedisServer first = RedisServer.start("--repl-diskless-sync-delay", "0");
                RedisServer second = RedisServer.start("--repl-diskless-sync-delay", "0");
                FaultProxy link = FaultProxy.before(second.store())) {
            try (TestClient client = strict(first)) {
                RedisStage.untilGranted(client, "warm");
            }
            second.call("REPLICAOF", "127.0.0.1", "" + first.port());
            Poll.until("the second follows", () -> follows(second));
            second.call("REPLICAOF", "NO", "ONE");
            first.call("REPLICAOF", "127.0.0.1", "" + link.port());
            Poll.until("the first follows", () -> follows(first));
            link.blackHole(FaultProxy.Direction.TO_CLIENT);
            try (TestClient client = strict(second)) {
                RedisStage.untilGranted(client, "warm");
                Grant former = client.take("a");
                second.store().kill();
                first.call("REPLICAOF", "NO", "ONE");
                try (TestClient rival = strict(first)) {
                    successor(rival, former);
                }
            }
        }
    }

    @Test
    void clientsThatDisagreeAreRefused() throws Exception {
        try (RedisServer server = RedisServer.start();
                RedisClient admin = server.admin()) {
            TestClient client = strict(server);
            assertRefused(server.url(), "mode strict", "maxLease 1500ms", "mode single");
            assertRefused(server.url() + "?durability=strict&maxLease=3s", "maxLease 1500ms", "maxLease 3000ms");
            admin.flushAll();
            TestClient.open(server.url()).close();
            StoreException refused = assertThrows(StoreException.class, () -> client.attempt("a"));
            assertEquals(StoreException.Kind.REFUSED, refused.kind());
            assertTrue(String.valueOf(refused.getMessage()).contains("mode single"), refused.getMessage());
            client.close();
            assertRefused(server.url() + STRICT, "mode single", "mode strict");
            admin.configSet("maxmemory-policy", "volatile-lru");
            admin.flushAll();
            assertRefused(server.url() + STRICT, "volatile-lru", "noeviction");
            admin.configSet("maxmemory-policy", "noeviction");
            server.user("blind", "on >sesame resetchannels " + RedisErrors.ACL + " -info");
            assertRefused("redis://blind:sesame@127.0.0.1:" + server.port() + STRICT, "+info");
        }
        for (Map.Entry<String, String> wrong : Map.of(
                        "?durability=strict&maxLease=61s", "60s",
                        "?durability=strict&maxLease=soon", "soon",
                        "?durability=strict&maxLease=1s", "maxLease 1000ms",
                        "?durability=most", "strict",
                        "?maxLease=10s", "durability=strict")
                .entrySet()) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> TestClient.open("redis://127.0.0.1:1" + wrong.getKey(), LEASE)
                            .close());
            assertTrue(String.valueOf(refused.getMessage()).contains(wrong.getValue()), refused.getMessage());
        }
    }

    private static void assertRefused(String url, String... parts) {
        StoreException refused = assertThrows(
                StoreException.class, () -> TestClient.open(url, LEASE).close());
        assertEquals(StoreException.Kind.REFUSED, refused.kind());
        for (String part : parts) {
            assertTrue(String.valueOf(refused.getMessage()).contains(part), refused.getMessage());
        }
    }

    @Test
    void withoutMemoryALockCanBeReleasedButNotGranted() throws Exception {
        try (RedisServer server = RedisServer.start();
                TestClient client = strict(server)) {
            RedisStage.untilGranted(client, "warm");
            Grant held = client.take("a");
            server.call("HSET", "hf:meta:{test}", "run", "another");
            server.call("CONFIG", "SET", "maxmemory", "1");
            refusedInAGrace(client, "b");
            StoreException full = assertThrows(StoreException.class, () -> client.enter(AcquisitionId.random(), "b"));
            assertEquals(StoreException.Kind.NOT_EXECUTED, full.kind());
            assertEquals(ReleaseOutcome.RELEASED, RedisStage.release(client, held));
            server.call("CONFIG", "SET", "maxmemory", "0");
            // The grace begins with the next script.
            refusedInAGrace(client, "b");
            RedisStage.untilGranted(client, "b");
        }
    }

    @Test
    void anAcquireIsOneRequest() throws Exception {
        try (RedisServer server = RedisServer.start();
                TestClient client = strict(server)) {
            RedisStage.untilGranted(client, "warm");
            client.driver.release(List.of(client.take("once")));
            long before = calls(server);
            client.driver.release(List.of(client.take("a")));
            assertEquals(2, calls(server) - before);
        }
    }

    private static long calls(RedisServer server) throws Exception {
        return String.valueOf(server.call("INFO", "commandstats"))
                .lines()
                .filter(line -> line.startsWith("cmdstat_eval"))
                .mapToLong(line -> Long.parseLong(line.replaceFirst(".*?calls=(\\d+).*", "$1")))
                .sum();
    }
}
