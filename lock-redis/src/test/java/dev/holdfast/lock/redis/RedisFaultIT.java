package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that is stopped, killed or restarted: bounds, ghosts, and what a client does to come back. */
class RedisFaultIT {
    private RedisServer server;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private static AcquireRequest request(AcquisitionId id, String name, int timeoutMillis) {
        return new AcquireRequest(id, new LockName(name), true, false, Duration.ofMillis(timeoutMillis));
    }

    @Test
    void requestsToAStoppedServerEndByTheirTimeout() throws Exception {
        DriverOptions options = TestClient.options(server.url(), Duration.ofSeconds(5), Duration.ofMillis(500));
        try (TestClient client = TestClient.open(server.url(), options)) {
            List<Grant> grants = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                grants.add(client.take("lock-" + i));
            }
            server.store().pause();
            // The pooled connection, then a new one that connects and gets no greeting, then a batch.
            for (int i = 0; i < 3; i++) {
                long since = System.nanoTime();
                assertThrows(
                        StoreException.class, () -> client.driver.enter(request(AcquisitionId.random(), "a", 300)));
                assertTook(since, 300);
            }
            long since = System.nanoTime();
            assertThrows(StoreException.class, () -> client.driver.renew(grants));
            assertTook(since, 500);
            since = System.nanoTime();
            assertEquals(LeaveOutcome.UNKNOWN, client.driver.leave(request(AcquisitionId.random(), "a", 200)));
            assertTook(since, 200);
            server.store().resume();
            Poll.until("the client is back", () -> {
                try {
                    return client.driver.renew(grants).stream().allMatch(Renewal.Renewed.class::isInstance);
                } catch (StoreException e) {
                    return false;
                }
            });
        }
    }

    private static void assertTook(long since, int millis) {
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        assertTrue(took >= millis - 50 && took < millis + 250, took + " ms instead of " + millis);
    }

    @Test
    void aRequestThatAStoppedServerExecutesLaterLeavesNothing() throws Exception {
        try (TestClient client = TestClient.open(server.url());
                TestClient other = TestClient.open(server.url())) {
            client.driver.release(List.of(client.take("a")));
            AcquisitionId id = AcquisitionId.random();
            server.store().pause();
            StoreException failure =
                    assertThrows(StoreException.class, () -> client.driver.enter(request(id, "a", 200)));
            assertEquals(StoreException.Kind.UNKNOWN, failure.kind());
            server.store().resume();
            AcquireRequest leave = new AcquireRequest(id, new LockName("a"), true, true, Duration.ofSeconds(2));
            Poll.until("left", () -> client.driver.leave(leave) == LeaveOutcome.GONE);
            assertInstanceOf(Answer.Granted.class, other.attempt("a"));
        }
    }

    @Test
    void fiftyCallersOfADeadServerConnectRarely() throws Exception {
        try (TestClient client = TestClient.open(server.url());
                CountingListener listener = new CountingListener(server)) {
            long since = System.nanoTime();
            ExecutorService callers = Executors.newFixedThreadPool(50);
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                results.add(callers.submit(() -> {
                    while (System.nanoTime() - since < Duration.ofSeconds(3).toNanos()) {
                        assertThrows(
                                StoreException.class,
                                () -> client.driver.enter(request(AcquisitionId.random(), "a", 500)));
                    }
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get(10, TimeUnit.SECONDS);
            }
            callers.shutdown();
            int connects = listener.accepted();
            assertTrue(connects >= 5 && connects <= 45, connects + " connects in 3 s");
        }
    }

    @Test
    void aRestartedServerIsFoundAgainAtOnce() throws Exception {
        try (TestClient client = TestClient.open(server.url())) {
            Grant before = client.take("a");
            server.store().restart();
            Poll.until("the client is back", () -> {
                try {
                    return client.attempt("a") instanceof Answer.Granted;
                } catch (StoreException e) {
                    return false;
                }
            });
            assertTrue(client.take("b").token() > before.token());
            assertInstanceOf(
                    Renewal.Lost.class, client.driver.renew(List.of(before)).get(0));
        }
    }

    @Test
    void closingCutsRequestsUnderWay() throws Exception {
        DriverOptions options = TestClient.options(server.url(), Duration.ofSeconds(5), Duration.ofSeconds(5));
        TestClient client = TestClient.open(server.url(), options);
        server.store().pause();
        ExecutorService callers = Executors.newFixedThreadPool(20);
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            results.add(callers.submit(() -> assertThrows(
                    StoreException.class, () -> client.driver.enter(request(AcquisitionId.random(), "a", 4_000)))));
        }
        Poll.until("they wait", () -> results.stream().noneMatch(Future::isDone));
        long since = System.nanoTime();
        client.close();
        for (Future<?> result : results) {
            result.get(2, TimeUnit.SECONDS);
        }
        assertTrue(System.nanoTime() - since < Duration.ofSeconds(2).toNanos());
        callers.shutdown();
        server.store().resume();
        Poll.until("connections are closed", () -> server.others() == 0);
    }
}
