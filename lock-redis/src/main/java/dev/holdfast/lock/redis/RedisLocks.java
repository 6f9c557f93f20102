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
import java.util.Set;
import redis.clients.jedis.UnifiedJedis;

/**
 * Locks on one Redis primary: {@code redis:} and, over TLS, {@code rediss:}. URL, parameters, privileges and guarantees
 * are described in {@code docs/redis.md}.
 */
public final class RedisLocks implements LockProvider {
    private static final Set<Claim> CLAIMS = Set.of(Claim.FIFO, Claim.TOKENS_SURVIVE_DATA_LOSS);

    /** For {@link java.util.ServiceLoader}. */
    public RedisLocks() {}

    @Override
    public Set<String> schemes() {
        return Set.of("redis", "rediss");
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public LockDriver open(LockUrl url, DriverContext context) {
        RedisAddress address = new RedisAddress(url, context.options().parameters());
        RedisCalls calls = new PooledCalls(address, context, new ConnectGate(context.ticker()));
        return open(new RedisConnection(address.toString(), context.ticker(), calls), context);
    }

    /**
     * Locks over a client that the application has already. It stays open when the returned client is closed, and takes
     * no connection of its own beyond those of its pool: one for each request under way.
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
                options,
                context -> open(
                        new RedisConnection("Redis (given client)", context.ticker(), new SharedCalls(jedis)), context));
    }

    private static LockDriver open(RedisConnection connection, DriverContext context) {
        boolean opened = false;
        try {
            Duration leaseTime = RedisOpening.leaseTime(context.options());
            RedisOpening.Findings findings = new RedisOpening(connection, context.options())
                    .check(connection.within(context.options().connectTimeout()));
            DriverInfo info = new DriverInfo("Redis", findings.version(), CLAIMS, leaseTime, findings.remarks());
            LockDriver driver =
                    new RedisDriver(context, connection, new RedisLayout(context.options().namespace()), info);
            opened = true;
            return driver;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.notExecuted(connection.store() + ": interrupted while opening", e);
        } finally {
            if (!opened) {
                connection.close();
            }
        }
    }
}
