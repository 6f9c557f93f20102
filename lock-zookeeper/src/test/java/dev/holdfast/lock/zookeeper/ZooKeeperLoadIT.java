package dev.holdfast.lock.zookeeper;

import static dev.holdfast.lock.zookeeper.ZooKeeperBench.grant;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.zookeeper.ZooKeeperBench.Opened;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many threads, many leases, and what they cost. */
class ZooKeeperLoadIT {
    private static RunningStore store;
    private ZooKeeperBench bench;
    private Opened one;
    private Opened two;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.ZOOKEEPER);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void open() throws Exception {
        bench = new ZooKeeperBench(store);
        one = bench.open();
        two = bench.open();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void manyThreadsNeverMeet() throws Exception {
        int threads = 16;
        int rounds = 150;
        int[] unguarded = {0};
        List<Long> tokens = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Void>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Opened client = client(t);
                runs.add(pool.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        Grant grant = waitFor(client, "hot");
                        int seen = unguarded[0];
                        tokens.add(grant.token());
                        Thread.onSpinWait();
                        unguarded[0] = seen + 1;
                        assertEquals(
                                List.of(ReleaseOutcome.RELEASED),
                                client.driver().release(List.of(grant)));
                    }
                    return null;
                }));
            }
            for (Future<Void> run : runs) {
                run.get(120, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(threads * rounds, unguarded[0]);
        assertEquals(tokens.stream().sorted().toList(), tokens);
        assertEquals(List.of(), bench.entries());
    }

    private static Grant waitFor(Opened client, String name) throws Exception {
        AcquisitionId id = AcquisitionId.random();
        Answer answer = client.enter(id, name, true);
        while (!(answer instanceof Answer.Granted)) {
            assertInstanceOf(Answer.Waiting.class, answer);
            client.context().looks.remove(id);
            answer = client.look(id, name);
            if (answer instanceof Answer.Waiting) {
                Await.until("woken", Duration.ofSeconds(60), () -> client.context()
                        .looks
                        .containsKey(id));
            }
        }
        return grant(answer);
    }

    @Test
    void anUncontendedPairTakesThreeRequests() throws Exception {
        one.driver().release(List.of(one.acquire("a"))); // the lock's parent is there now
        long before = store.requests().orElseThrow();
        for (int i = 0; i < 20; i++) {
            one.driver().release(List.of(one.acquire("a")));
        }
        long requests = store.requests().orElseThrow() - before;
        assertTrue(requests >= 60 && requests <= 66, requests + " packets, some of them pings");
    }

    @Test
    void aThousandLeasesRenewInOneRequest() throws Exception {
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            grants.add(one.acquire("lease/" + i));
        }
        long before = store.requests().orElseThrow();
        List<Renewal> renewals = one.driver().renew(grants);
        long requests = store.requests().orElseThrow() - before;
        assertTrue(renewals.stream().allMatch(Renewal.Renewed.class::isInstance));
        assertTrue(requests <= 4, requests + " packets, some of them pings");
        assertTrue(one.driver().release(grants).stream().allMatch(ReleaseOutcome.RELEASED::equals));
    }

    private Opened client(int i) {
        return i % 2 == 0 ? two : one;
    }
}
