package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.net.URI;
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
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.RedisClient;

/** Many threads through the whole stack, with an oracle that loses an update when two hold at once. */
class RedisContentionIT {
    private static final int THREADS = 16;
    private static final int ROUNDS = 200;

    private RedisServer server;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    /** Not atomic on purpose. */
    private static final class Oracle {
        private volatile int updates;
        private volatile long highest;
        private volatile boolean regressed;

        void update(long token) {
            int read = updates;
            regressed |= token <= highest;
            highest = token;
            Thread.onSpinWait();
            updates = read + 1;
        }
    }

    private static void contend(List<LockClient> clients) throws Exception {
        Oracle oracle = new Oracle();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            LockClient client = clients.get(i % clients.size());
            results.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    try (Lease lease = client.named("one").acquire(Duration.ofSeconds(60))) {
                        oracle.update(lease.fencingToken());
                        assertEquals(ReleaseOutcome.RELEASED, lease.release());
                    }
                }
                return null;
            }));
        }
        for (Future<?> result : results) {
            result.get(120, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertEquals(THREADS * ROUNDS, oracle.updates);
        assertTrue(!oracle.regressed);
    }

    @Test
    void noUpdateIsLost() throws Exception {
        try (LockClient first = Locks.open(server.url());
                LockClient second = Locks.open(server.url())) {
            contend(List.of(first, second));
        }
        try (RedisClient admin = server.admin()) {
            // Only the last token is left: no holder, no waiter, no tombstone.
            assertEquals(
                    java.util.Set.of("token"),
                    admin.hgetAll("hf:1:{holdfast/one}").keySet());
        }
    }

    @Test
    void aClientOfTheUserServesAsWellAndStaysOpen() throws Exception {
        try (RedisClient jedis = server.admin()) {
            try (LockClient shared = RedisLocks.over(jedis, ClientOptions.defaults());
                    LockClient own = Locks.open(server.url())) {
                contend(List.of(shared, own));
            }
            assertEquals("PONG", jedis.ping());
        }
    }

    @SuppressWarnings("deprecation") // the pool that applications have, whatever Jedis 8 prefers
    @Test
    void aPoolOfTheUserServesAsWellAndStaysOpen() throws Exception {
        try (JedisPool pool = new JedisPool(URI.create(server.url()))) {
            pool.setMaxTotal(4);
            try (LockClient shared = RedisLocks.over(pool, ClientOptions.defaults());
                    LockClient own = Locks.open(server.url())) {
                contend(List.of(shared, own));
            }
            try (Jedis jedis = pool.getResource()) {
                assertEquals("PONG", jedis.ping());
            }
        }
    }
}
