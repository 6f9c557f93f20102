package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.StoreUnavailableException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;

/** An application that uses up the pool that it has lent. */
class RedisPoolIT {
    private static final int CONNECTIONS = 4;

    /** The renewals have no connection of their own: the lease is lost, but in time, and nobody is told otherwise. */
    @SuppressWarnings("deprecation") // the pool that applications have, whatever Jedis 8 prefers
    @Test
    void exhaustedPoolCostsTheLeaseAndItsHolderIsTold() throws Exception {
        Duration leaseTime = Duration.ofSeconds(2);
        try (RedisServer server = RedisServer.start();
                JedisPool pool = new JedisPool(URI.create(server.url()))) {
            pool.setMaxTotal(CONNECTIONS);
            pool.setMaxWait(Duration.ofMillis(300));
            List<Jedis> taken = new ArrayList<>();
            try (LockClient locks = RedisLocks.over(
                    pool, ClientOptions.builder().leaseTime(leaseTime).build())) {
                Lease lease = locks.named("a").acquire(Duration.ofSeconds(5));
                CountDownLatch told = new CountDownLatch(1);
                lease.onLost(loss -> told.countDown());
                while (pool.getNumActive() < CONNECTIONS) {
                    taken.add(pool.getResource());
                }
                assertTrue(told.await(leaseTime.plusMillis(500).toMillis(), TimeUnit.MILLISECONDS), "not told");
                assertThrows(
                        StoreUnavailableException.class, () -> locks.named("b").tryAcquire());
                taken.forEach(Jedis::close);
                taken.clear();
                Poll.until("the lock can be acquired again", () -> acquires(locks));
            } finally {
                taken.forEach(Jedis::close);
            }
        }
    }

    private static boolean acquires(LockClient locks) throws InterruptedException {
        try {
            Optional<Lease> lease = locks.named("a").tryAcquire();
            lease.ifPresent(Lease::release);
            return lease.isPresent();
        } catch (StoreUnavailableException breakerOpen) {
            return false;
        }
    }
}
