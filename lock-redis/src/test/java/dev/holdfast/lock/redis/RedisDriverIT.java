package dev.holdfast.lock.redis;

import static dev.holdfast.lock.redis.TestClient.granted;
import static dev.holdfast.lock.redis.TestClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** The protocol against a real server: tokens, ownership, queue, ghosts. */
class RedisDriverIT {
    private static RedisServer server;
    private static RedisClient admin;
    private TestClient client;
    private TestClient brief;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start();
        admin = server.admin();
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        server.close();
    }

    @BeforeEach
    void open() {
        admin.flushAll();
        client = TestClient.open(server.url());
        brief = TestClient.open(server.url(), Duration.ofMillis(200));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        brief.close();
    }

    private Grant untilGranted(TestClient by, String name) throws InterruptedException {
        List<Grant> result = new ArrayList<>();
        Poll.until(name + " becomes free", () -> {
            if (by.attempt(name) instanceof Answer.Granted answer) {
                result.add(answer.grant());
            }
            return !result.isEmpty();
        });
        return result.get(0);
    }

    private static ReleaseOutcome release(TestClient by, Grant grant) {
        return by.driver.release(List.of(grant)).get(0);
    }

    private static Renewal renew(TestClient by, Grant grant) {
        return by.driver.renew(List.of(grant)).get(0);
    }

    @Test
    void repeatedEnterYieldsTheSameGrant() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Grant first = granted(client.enter(id, "a"));
        Grant second = granted(client.enter(id, "a"));
        assertEquals(first.token(), second.token());
        assertTrue(second.validFrom() - first.validFrom() > 0);
        assertEquals(ReleaseOutcome.RELEASED, release(client, second));
        assertEquals(ReleaseOutcome.NOT_HELD, release(client, first));
    }

    @Test
    void tokensRiseOverReleaseExpiryReopeningAndDataLoss() throws Exception {
        Grant first = client.take("a");
        release(client, first);
        Grant second = brief.take("a");
        assertTrue(second.token() > first.token());
        Grant third = untilGranted(client, "a");
        assertTrue(third.token() > second.token());
        release(client, third);
        try (TestClient other = TestClient.open(server.url())) {
            Grant fourth = other.take("a");
            assertTrue(fourth.token() > third.token());
            admin.flushAll();
            assertTrue(client.take("a").token() > fourth.token());
        }
    }

    @Test
    void aTokenIsAboveTheFloor() throws Exception {
        long floor = 3_000_000_000_000_000L;
        var options = TestClient.options(server.url(), Duration.ofSeconds(15), Duration.ofSeconds(2));
        var raised = new dev.holdfast.lock.spi.DriverOptions(
                options.namespace(),
                options.leaseTime(),
                options.connectTimeout(),
                options.storeTimeout(),
                floor,
                options.parameters());
        try (TestClient high = TestClient.open(server.url(), raised)) {
            Grant grant = high.take("a");
            assertEquals(floor + 1, grant.token());
            release(high, grant);
        }
        assertEquals(floor + 2, client.take("a").token());
        long ahead = (floor - System.currentTimeMillis() * 1000) / 1000;
        long retention = admin.pttl("hf:1:{test/a}");
        assertTrue(retention > ahead + Duration.ofHours(24).toMillis(), "retention " + retention);
    }

    @Test
    void aFormerHolderLeavesTheNewOneAlone() throws Exception {
        Grant former = brief.take("a");
        Grant current = untilGranted(client, "a");
        assertEquals(ReleaseOutcome.NOT_HELD, release(brief, former));
        assertEquals(new Renewal.Lost(LossReason.EXPIRED), renew(brief, former));
        assertInstanceOf(Answer.Busy.class, brief.attempt("a"));
        assertInstanceOf(Renewal.Renewed.class, renew(client, current));
        assertEquals(ReleaseOutcome.RELEASED, release(client, current));
    }

    @Test
    void aRenewalNeverBringsAGrantBack() throws Exception {
        Grant grant = brief.take("a");
        Poll.until("expired", () -> renew(client, client.take(AcquisitionId.random().value())) != null
                && System.nanoTime() - grant.validFrom() > Duration.ofMillis(250).toNanos());
        assertEquals(new Renewal.Lost(LossReason.EXPIRED), renew(brief, grant));
        assertInstanceOf(Answer.Granted.class, client.attempt("a"));
    }

    @Test
    void aRenewalAfterDataLossSaysSo() throws Exception {
        Grant grant = client.take("a");
        admin.flushAll();
        assertEquals(new Renewal.Lost(LossReason.STORE_RESET), renew(client, grant));
    }

    @Test
    void waitersAreGrantedInTheOrderOfTheirArrival() throws Exception {
        Grant held = client.take("a");
        List<AcquisitionId> queue = IntStream.range(0, 20)
                .mapToObj(i -> AcquisitionId.random())
                .toList();
        for (AcquisitionId id : queue) {
            assertInstanceOf(Answer.Waiting.class, client.enter(id, "a"));
        }
        long last = held.token();
        for (AcquisitionId id : queue) {
            release(client, held);
            assertInstanceOf(Answer.Busy.class, brief.attempt("a"));
            held = granted(client.look(id, "a"));
            assertTrue(held.token() > last);
            last = held.token();
        }
        release(client, held);
        assertInstanceOf(Answer.Granted.class, brief.attempt("a"));
    }

    @Test
    void aWaiterThatLeavesGivesBackAGrantThatRaced() throws Exception {
        Grant held = client.take("a");
        AcquisitionId waiter = AcquisitionId.random();
        client.enter(waiter, "a");
        release(client, held);
        assertEquals(LeaveOutcome.GONE, client.driver.leave(request(waiter, "a")));
        assertInstanceOf(Answer.Gone.class, client.look(waiter, "a"));
        assertInstanceOf(Answer.Granted.class, client.attempt("a"));
    }

    @Test
    void aWaiterThatLeavesLetsTheNextOneIn() throws Exception {
        Grant held = client.take("a");
        AcquisitionId first = AcquisitionId.random();
        AcquisitionId second = AcquisitionId.random();
        client.enter(first, "a");
        client.enter(second, "a");
        release(client, held);
        client.driver.leave(request(first, "a"));
        assertInstanceOf(Answer.Granted.class, client.look(second, "a"));
    }

    @Test
    void aLateEnterAfterLeaveIsRefused() throws Exception {
        AcquisitionId ghost = AcquisitionId.random();
        assertEquals(LeaveOutcome.GONE, client.driver.leave(request(ghost, "a", true, true)));
        assertInstanceOf(Answer.Gone.class, client.enter(ghost, "a"));
        assertInstanceOf(Answer.Gone.class, client.driver.enter(request(ghost, "a", false, true)));
        assertInstanceOf(Answer.Granted.class, client.attempt("a"));
    }

    @Test
    void aLateEnterAfterReleaseIsRefusedIfOneWasUnanswered() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Grant grant = granted(client.driver.enter(request(id, "a", true, true)));
        release(client, grant);
        assertInstanceOf(Answer.Gone.class, client.enter(id, "a"));
        assertInstanceOf(Answer.Granted.class, client.attempt("a"));
    }

    @Test
    void tombstonesAreSwept() throws Exception {
        for (int i = 0; i < 10; i++) {
            brief.driver.leave(request(AcquisitionId.random(), "a", true, true));
        }
        assertTrue(admin.hlen("hf:1:{test/a}") >= 22);
        Poll.until("all swept", () -> {
            release(brief, brief.take("a"));
            return admin.hlen("hf:1:{test/a}") == 1;
        });
    }

    @Test
    void aLookNeverQueues() throws Exception {
        client.take("a");
        assertInstanceOf(Answer.Gone.class, client.look(AcquisitionId.random(), "a"));
        assertInstanceOf(Answer.Gone.class, client.look(AcquisitionId.random(), "never seen"));
        assertEquals(0, admin.exists("hf:1:{test/never seen}") ? 1 : 0);
    }

    @Test
    void aDeadWaiterDoesNotBlockTheLock() throws Exception {
        Grant held = client.take("a");
        AcquisitionId dead = AcquisitionId.random();
        brief.enter(dead, "a");
        AcquisitionId live = AcquisitionId.random();
        client.enter(live, "a");
        long since = System.nanoTime();
        Poll.until("2/3 of the dead waiter's lease are over", () -> {
            client.look(live, "a");
            return System.nanoTime() - since > Duration.ofMillis(150).toNanos();
        });
        release(client, held);
        assertInstanceOf(Answer.Granted.class, client.look(live, "a"));
        assertInstanceOf(Answer.Gone.class, brief.look(dead, "a"));
    }

    @Test
    void anExpiredLockGoesToTheFirstWaiterWhoeverAsks() throws Exception {
        Grant held = brief.take("a");
        AcquisitionId waiter = AcquisitionId.random();
        client.enter(waiter, "a");
        long since = System.nanoTime();
        Poll.until("expired", () -> System.nanoTime() - since > Duration.ofMillis(210).toNanos());
        assertInstanceOf(Answer.Busy.class, brief.attempt("a"));
        Grant grant = granted(client.look(waiter, "a"));
        assertTrue(grant.token() > held.token());
    }

    @Test
    void namesThatResembleEachOtherAreDifferentLocks() throws Exception {
        List<String> names = List.of(
                "a", "a/b", "A", "a ", "..", "%2F", "/", "{a}", "}a{", "%7Ba%7D", "%257Ba%257D", "*", "a\nb",
                "\u00e4", "a\u0308", "\ud83d\udd12", "x".repeat(512), "x".repeat(511), "\ud83d\udd12".repeat(128), "test/a");
        List<Grant> grants = new ArrayList<>();
        for (String name : names) {
            grants.add(granted(client.attempt(name)));
        }
        for (String name : names) {
            assertInstanceOf(Answer.Busy.class, client.attempt(name), name);
        }
        client.driver.release(grants).forEach(outcome -> assertEquals(ReleaseOutcome.RELEASED, outcome));
    }

    @Test
    void oneBrokenKeyDoesNotStopTheOthers() throws Exception {
        List<Grant> grants = List.of(client.take("a"), client.take("b"), client.take("c"));
        admin.del("hf:1:{test/b}");
        admin.set("hf:1:{test/b}", "not ours");
        List<Renewal> renewals = client.driver.renew(grants);
        assertInstanceOf(Renewal.Renewed.class, renewals.get(0));
        assertEquals(new Renewal.Lost(LossReason.STORE_RESET), renewals.get(1));
        assertInstanceOf(Renewal.Renewed.class, renewals.get(2));
        assertEquals(
                List.of(ReleaseOutcome.RELEASED, ReleaseOutcome.NOT_HELD, ReleaseOutcome.RELEASED),
                client.driver.release(grants));
    }

    @Test
    void aZeroWaitLeavesNothing() throws Exception {
        client.take("a");
        long fields = admin.hlen("hf:1:{test/a}");
        assertInstanceOf(Answer.Busy.class, client.attempt("a"));
        assertEquals(fields, admin.hlen("hf:1:{test/a}"));
    }

    @Test
    void scriptsComeBackAfterTheServerForgotThem() throws Exception {
        Grant grant = client.take("a");
        admin.scriptFlush("a");
        assertInstanceOf(Renewal.Renewed.class, renew(client, grant));
        admin.scriptFlush("a");
        assertEquals(ReleaseOutcome.RELEASED, release(client, grant));
    }

    @Test
    void anUncontendedPairIsTwoRequestsAndAThousandRenewalsAreTwo() throws Exception {
        release(client, client.take("a"));
        long before = commands();
        release(client, client.take("a"));
        assertEquals(2, commands() - before);
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            grants.add(client.take("lock-" + i));
        }
        before = commands();
        List<Renewal> renewals = client.driver.renew(grants);
        assertEquals(2, commands() - before);
        assertTrue(renewals.stream().allMatch(Renewal.Renewed.class::isInstance));
        before = commands();
        assertTrue(client.driver.release(grants).stream().allMatch(ReleaseOutcome.RELEASED::equals));
        assertEquals(2, commands() - before);
    }

    /** Scripts that clients have sent so far. */
    private static long commands() {
        return admin.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_eval"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^:]*:calls=(\\d+),.*", "$1")))
                .sum();
    }

    @Test
    void memoryFullRefusesAcquiresAndNothingElse() throws Exception {
        Grant held = client.take("a");
        Grant other = client.take("b");
        AcquisitionId waiter = AcquisitionId.random();
        client.enter(waiter, "a");
        admin.configSet("maxmemory", "1");
        try {
            var failure = org.junit.jupiter.api.Assertions.assertThrows(
                    dev.holdfast.lock.spi.StoreException.class, () -> client.take("new"));
            assertEquals(dev.holdfast.lock.spi.StoreException.Kind.NOT_EXECUTED, failure.kind());
            assertInstanceOf(Renewal.Renewed.class, renew(client, held));
            assertEquals(ReleaseOutcome.RELEASED, release(client, held));
            Grant next = granted(client.look(waiter, "a"));
            assertNotEquals(held.token(), next.token());
            assertEquals(LeaveOutcome.GONE, client.driver.leave(request(waiter, "a", true, true)));
            assertEquals(ReleaseOutcome.RELEASED, release(client, other));
        } finally {
            admin.configSet("maxmemory", "0");
        }
    }
}
