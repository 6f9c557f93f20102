package dev.holdfast.lock.redis;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.Pool;

/**
 * Locks on one Redis primary: {@code redis:} and, over TLS, {@code rediss:}; on the one that sentinels name: {@code
 * redis+sentinel:}; or on a Cluster: {@code redis+cluster:}. URL, parameters, privileges and guarantees are described
 * in {@code docs/redis.md}.
 */
public final class RedisLocks implements LockProvider {
    /** For {@link java.util.ServiceLoader}. */
    public RedisLocks() {}

    @Override
    public Set<String> schemes() {
        return Set.of("redis", "rediss", "redis+sentinel", "redis+cluster");
    }

    @Override
    public Set<String> parameters() {
        return Durability.PARAMETERS;
    }

    @Override
    public LockDriver open(LockUrl url, DriverContext context) {
        RedisAddress address = new RedisAddress(url, context.options().parameters());
        Durability durability = Durability.of(context.options(), address.topology());
        RedisCalls calls = address.topology() == Topology.CLUSTER
                ? new ClusterCalls(address, context, durability.replicas())
                : new PooledCalls(address, context, new ConnectGate(context.ticker()), durability.replicas());
        return open(address.toString(), calls, context, durability);
    }

    /**
     * Locks over a client that the application has already. It stays open when the returned client is closed. Of its
     * pool it takes one connection for each request under way, and one for as long as the returned client is open, to
     * hear of grants: the pool must hold two at least.
     *
     * <p>Its pool wait and socket timeout bound the requests, since Jedis takes no timeout with a call: configure both
     * below {@link ClientOptions#storeTimeout()}, and no retries.
     *
     * @param jedis a client of one standalone server
     * @throws LockConfigurationException if an option or the server's set-up is at fault
     * @throws StoreUnavailableException if the server does not answer
     */
    public static LockClient over(UnifiedJedis jedis, ClientOptions options) {
        return Locks.over(
                options, context -> open("Redis (given client)", new SharedCalls(jedis), context, given(context)));
    }

    /**
     * As {@link #over(UnifiedJedis, ClientOptions)}, over a pool of connections. A borrowed connection that no longer
     * works costs a request: let the pool test them, or evict idle ones.
     *
     * @param pool of connections to one standalone server; two at least
     * @throws LockConfigurationException if an option or the server's set-up is at fault
     * @throws StoreUnavailableException if the server does not answer
     */
    public static LockClient over(Pool<Jedis> pool, ClientOptions options) {
        return Locks.over(
                options, context -> open("Redis (given pool)", new JedisPoolCalls(pool), context, given(context)));
    }

    private static Durability given(DriverContext context) {
        return Durability.of(context.options(), Topology.SINGLE);
    }

    private static LockDriver open(String store, RedisCalls calls, DriverContext context, Durability durability) {
        RedisConnection connection = new RedisConnection(store, context.ticker(), calls);
        boolean opened = false;
        RedisSubscriber subscriber = null;
        try {
            Duration leaseTime = RedisOpening.leaseTime(context.options());
            Deadline deadline = connection.within(context.options().connectTimeout());
            RedisWaiters waiters = new RedisWaiters(context, leaseTime, durability.replicas() == 0);
            subscriber = new RedisSubscriber(context, calls, waiters, leaseTime);
            RedisOpening.Findings findings =
                    new RedisOpening(connection, subscriber, context.options(), durability).check(deadline);
            DriverInfo info = new DriverInfo(
                    "Redis", findings.version(), claims(findings.direct()), leaseTime, findings.remarks());
            LockDriver driver = new RedisDriver(context, connection, waiters, subscriber, durability, info);
            opened = true;
            return driver;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.notExecuted(store + ": interrupted while opening", e);
        } finally {
            if (!opened) {
                if (subscriber != null) {
                    subscriber.close();
                }
                connection.close();
            }
        }
    }

    private static Set<Claim> claims(boolean direct) {
        Set<Claim> claims = EnumSet.of(Claim.FIFO, Claim.TOKENS_SURVIVE_DATA_LOSS, Claim.FENCED_REGISTER);
        if (direct) {
            claims.add(Claim.DIRECT_WAKEUP);
        }
        return claims;
    }

    /**
     * Locks on a majority of independent Redis servers: {@code redlock://a:6379,b:6379,c:6379}. URL, parameters,
     * protocol and guarantees are described in {@code docs/redlock.md}.
     */
    public static final class Redlock implements LockProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Redlock() {}

        @Override
        public Set<String> schemes() {
            return Set.of("redlock");
        }

        @Override
        public Set<String> parameters() {
            return RedlockSettings.PARAMETERS;
        }

        @Override
        public LockDriver open(LockUrl url, DriverContext context) {
            return RedlockOpening.open(url, context);
        }
    }
}
