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
import org.junit.jupiter.api.Test;

/** The protocol against a real server: tokens, ownership, names, batches. */
class RedisDriverIT extends RedisStage {
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
        Poll.until(
                "expired",
                () -> renew(client, client.take(AcquisitionId.random().value())) != null
                        && System.nanoTime() - grant.validFrom()
                                > Duration.ofMillis(250).toNanos());
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
    void namesThatResembleEachOtherAreDifferentLocks() throws Exception {
        List<String> names = List.of(
                "a",
                "a/b",
                "A",
                "a ",
                "..",
                "%2F",
                "/",
                "{a}",
                "}a{",
                "%7Ba%7D",
                "%257Ba%257D",
                "*",
                "a\nb",
                "\u00e4",
                "a\u0308",
                "\ud83d\udd12",
                "x".repeat(512),
                "x".repeat(511),
                "\ud83d\udd12".repeat(128),
                "test/a");
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
