package dev.holdfast.lock.redis;

import static dev.holdfast.lock.redis.TestClient.granted;
import static dev.holdfast.lock.redis.TestClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** Grants that reach a waiter through its client's channel. */
class RedisPushIT {
    private static RedisServer server;
    private static RedisClient admin;
    private TestClient holder;
    private TestClient waiter;

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
        holder = TestClient.open(server.url());
        waiter = TestClient.open(server.url());
    }

    @AfterEach
    void close() throws Exception {
        holder.close();
        waiter.close();
    }

    private static String channel() throws Exception {
        return server.channels().get(0);
    }

    @Test
    void aReleaseReachesTheWaiter() throws Exception {
        assertTrue(waiter.driver.info().claims().contains(Claim.DIRECT_WAKEUP));
        Grant held = holder.take("a");
        AcquisitionId id = AcquisitionId.random();
        long before = System.nanoTime();
        Answer.Waiting waiting = assertInstanceOf(Answer.Waiting.class, waiter.enter(id, "a"));
        long after = System.nanoTime();
        assertTrue(waiting.recheckAfter().compareTo(Duration.ofSeconds(4)) > 0, waiting.toString());
        holder.driver.release(List.of(held));
        Poll.until("pushed", () -> waiter.context.granted.containsKey(id));
        Grant grant = waiter.context.granted.get(id);
        assertTrue(grant.token() > held.token());
        assertTrue(grant.validFrom() - before >= 0 && after - grant.validFrom() >= 0, "counts from the enter");
        assertEquals(
                ReleaseOutcome.RELEASED, waiter.driver.release(List.of(grant)).get(0));
    }

    @Test
    void aPushedGrantCountsFromTheRequestThatItNames() throws Exception {
        Grant held = holder.take("a");
        AcquisitionId id = AcquisitionId.random();
        waiter.enter(id, "a");
        long second = System.nanoTime();
        waiter.look(id, "a");
        long third = System.nanoTime();
        holder.driver.release(List.of(held));
        Poll.until("pushed", () -> waiter.context.granted.containsKey(id));
        long validFrom = waiter.context.granted.get(id).validFrom();
        assertTrue(validFrom - second >= 0 && third - validFrom >= 0);
    }

    @Test
    void anOldMessageIsNoGrant() throws Exception {
        try (TestClient brief = TestClient.open(server.url(), Duration.ofMillis(200))) {
            holder.close();
            waiter.close();
            Poll.until("one channel", () -> server.channels().size() == 1);
            Grant held = brief.take("a");
            AcquisitionId id = AcquisitionId.random();
            long since = System.nanoTime();
            brief.enter(id, "a");
            Poll.until(
                    "a lease has passed",
                    () -> System.nanoTime() - since > Duration.ofMillis(201).toNanos());
            for (int n = 1; n < 10; n++) {
                admin.publish(channel(), id + " " + (held.token() + 1) + " " + n);
            }
            Poll.until("asked to look", () -> brief.context.looks.containsKey(id));
            assertFalse(brief.context.granted.containsKey(id));
            AcquisitionId stranger = AcquisitionId.random();
            admin.publish(channel(), stranger + " " + (held.token() + 1) + " 1");
            admin.publish(channel(), "nonsense");
            admin.publish(channel(), id + " " + (held.token() + 1) + " 999");
            Poll.until("asked again", () -> brief.context.looks.get(id) >= 10);
            assertTrue(brief.context.granted.isEmpty());
        }
    }

    @Test
    void aWaiterWhoseClientIsNotSubscribedIsPassedOver() throws Exception {
        Grant held = holder.take("a");
        AcquisitionId dead = AcquisitionId.random();
        AcquisitionId live = AcquisitionId.random();
        TestClient killed = TestClient.open(server.url());
        killed.enter(dead, "a");
        waiter.enter(live, "a");
        killed.close();
        Poll.until("unsubscribed", () -> server.channels().size() == 2);
        holder.driver.release(List.of(held));
        Poll.until("pushed", () -> waiter.context.granted.containsKey(live));
        Grant grant = waiter.context.granted.get(live);
        // The dead one keeps its place until 2/3 of its lease have passed; nobody waits for it.
        waiter.driver.release(List.of(grant));
        assertInstanceOf(Answer.Granted.class, holder.attempt("a"));
    }

    @Test
    void afterTheChannelWasLostEverybodyLooks() throws Exception {
        Grant held = holder.take("a");
        AcquisitionId id = AcquisitionId.random();
        waiter.enter(id, "a");
        server.call("CLIENT", "KILL", "TYPE", "pubsub");
        holder.driver.release(List.of(held));
        Poll.until("asked to look", () -> waiter.context.looks.containsKey(id));
        Answer answer = waiter.look(id, "a");
        if (!waiter.context.granted.containsKey(id)) {
            assertTrue(granted(answer).token() > held.token());
        }
    }

    @Test
    void aSilentChannelThatAnswersIsKept() throws Exception {
        holder.close();
        waiter.close();
        try (TestClient brief = TestClient.open(server.url(), Duration.ofSeconds(1))) {
            brief.take("a");
            brief.enter(AcquisitionId.random(), "a");
            String before = server.subscribers();
            long questions = server.calls("subscribe");
            Poll.until("asked three times", () -> server.calls("subscribe") >= questions + 3);
            assertEquals(before, server.subscribers());
            assertTrue(brief.context.looks.isEmpty(), "nobody was told to look");
        }
    }

    @Test
    void leavingAfterThePushGivesTheGrantBack() throws Exception {
        Grant held = holder.take("a");
        AcquisitionId id = AcquisitionId.random();
        waiter.enter(id, "a");
        holder.driver.release(List.of(held));
        Poll.until("pushed", () -> waiter.context.granted.containsKey(id));
        assertEquals(LeaveOutcome.GONE, waiter.driver.leave(request(id, "a")));
        assertInstanceOf(Answer.Granted.class, holder.attempt("a"));
    }

    @Test
    void whereNothingComesBackWaitersPoll() throws Exception {
        server.user("deaf", "on >sesame resetchannels " + RedisErrors.ACL + " -subscribe");
        String url = "redis://deaf:sesame@127.0.0.1:" + server.port();
        try (TestClient deaf = TestClient.open(url)) {
            assertFalse(deaf.driver.info().claims().contains(Claim.DIRECT_WAKEUP));
            assertTrue(deaf.driver.info().remarks().toString().contains("+subscribe"));
            Grant held = holder.take("a");
            AcquisitionId id = AcquisitionId.random();
            Answer.Waiting waiting = assertInstanceOf(Answer.Waiting.class, deaf.enter(id, "a"));
            assertTrue(waiting.recheckAfter().compareTo(Duration.ofMillis(100)) <= 0);
            holder.driver.release(List.of(held));
            assertInstanceOf(Answer.Granted.class, deaf.look(id, "a"));
        }
        server.user("mute", "on >sesame resetchannels " + RedisErrors.ACL + " resetchannels &other");
        try (TestClient mute = TestClient.open("redis://mute:sesame@127.0.0.1:" + server.port())) {
            assertFalse(mute.driver.info().claims().contains(Claim.DIRECT_WAKEUP));
        }
    }
}
