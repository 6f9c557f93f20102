package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.Set;

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
