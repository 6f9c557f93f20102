package dev.holdfast.lock.redis;

import static dev.holdfast.lock.redis.TestClient.granted;
import static dev.holdfast.lock.redis.TestClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The queue on a real server: order, leaving, ghosts, the dead. */
class RedisQueueIT extends RedisStage {
    @Test
    void waitersAreGrantedInTheOrderOfTheirArrival() throws Exception {
        Grant held = client.take("a");
        List<AcquisitionId> queue =
                IntStream.range(0, 20).mapToObj(i -> AcquisitionId.random()).toList();
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

    /** Found by the model of docs/model.md: the release is late, and an enter of its id came after the lapse. */
    @Test
    void aReleaseTakesBackWhatALateEnterWasGivenSince() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Grant lapsed = granted(brief.driver.enter(request(id, "a", true, true)));
        expire("a", id);
        assertTrue(granted(client.enter(id, "a")).token() > lapsed.token());
        assertEquals(List.of(ReleaseOutcome.NOT_HELD), brief.driver.release(List.of(lapsed)));
        Grant next = granted(client.attempt("a"));
        assertInstanceOf(Answer.Gone.class, client.enter(id, "a"));
        release(client, next);
    }

    @Test
    void aReleaseTakesBackThePlaceOfALateEnter() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Grant lapsed = granted(brief.driver.enter(request(id, "a", true, true)));
        expire("a", id);
        Grant next = granted(client.attempt("a"));
        assertInstanceOf(Answer.Waiting.class, client.enter(id, "a"));
        assertEquals(List.of(ReleaseOutcome.NOT_HELD), brief.driver.release(List.of(lapsed)));
        release(client, next);
        assertInstanceOf(Answer.Granted.class, client.attempt("a"));
    }

    /** As if the lease of this holder had run out. */
    private void expire(String name, AcquisitionId id) {
        admin.hdel("hf:1:{test/" + name + "}", "o", "o:" + id);
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
        Poll.until(
                "expired",
                () -> System.nanoTime() - since > Duration.ofMillis(210).toNanos());
        assertInstanceOf(Answer.Busy.class, brief.attempt("a"));
        Grant grant = granted(client.look(waiter, "a"));
        assertTrue(grant.token() > held.token());
    }

    @Test
    void aZeroWaitLeavesNothing() throws Exception {
        client.take("a");
        long fields = admin.hlen("hf:1:{test/a}");
        assertInstanceOf(Answer.Busy.class, client.attempt("a"));
        assertEquals(fields, admin.hlen("hf:1:{test/a}"));
    }
}
