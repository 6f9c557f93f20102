package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import dev.holdfast.lock.bench.run.Scenario.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.BiFunction;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.redis.spring.RedisLockProvider;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;

/** Other libraries over Redis. */
final class RedisPeers {
    /** Two processors are not served faster by Redisson's 48 threads for each of 32 clients. */
    private static final int REDISSON_THREADS = 4;

    private RedisPeers() {}

    static List<Contender> at(String host, int port) {
        return List.of(
                redisson("Redisson RLock", Kinds.ALL, host, port, RedissonClient::getLock),
                redisson("Redisson RFencedLock", Kinds.WAITS, host, port, RedissonClient::getFencedLock),
                redisson("Redisson RFairLock", Kinds.WAITS, host, port, RedissonClient::getFairLock),
                new Contender(
                        "Spring RedisLockRegistry", Role.PEER, Kinds.WAITS, leaseTime -> spring(host, port, leaseTime)),
                new Contender(
                        "ShedLock redis-spring", Role.PEER, Kinds.TRIES, leaseTime -> shedLock(host, port, leaseTime)));
    }

    private static Contender redisson(
            String name, Set<Kind> kinds, String host, int port, BiFunction<RedissonClient, String, Lock> locks) {
        return new Contender(name, Role.PEER, kinds, leaseTime -> {
            Config config = new Config();
            config.setThreads(REDISSON_THREADS)
                    .setNettyThreads(REDISSON_THREADS)
                    .setLockWatchdogTimeout(leaseTime.toMillis());
            config.useSingleServer()
                    .setAddress("redis://" + host + ":" + port)
                    .setConnectionMinimumIdleSize(1)
                    .setSubscriptionConnectionMinimumIdleSize(1);
            RedissonClient redisson = Redisson.create(config);
            return SharedClient.of(
                    () -> new JavaLockHand(lock -> locks.apply(redisson, lock)),
                    () -> redisson.shutdown(0, 1, TimeUnit.SECONDS));
        });
    }

    /** With its wake-up by publish and subscribe, which is the faster of its two ways to wait under contention. */
    private static Contender.Client spring(String host, int port, Duration leaseTime) {
        LettuceConnectionFactory connections = connections(host, port);
        RedisLockRegistry registry = new RedisLockRegistry(connections, "spring", leaseTime.toMillis());
        registry.setRedisLockType(RedisLockType.PUB_SUB_LOCK);
        return SharedClient.of(() -> new JavaLockHand(registry::obtain), () -> {
            registry.destroy();
            connections.destroy();
        });
    }

    private static Contender.Client shedLock(String host, int port, Duration leaseTime) {
        LettuceConnectionFactory connections = connections(host, port);
        LockProvider provider = new RedisLockProvider(connections, "bench");
        return SharedClient.of(() -> new ShedLockHand(provider, leaseTime), connections::destroy);
    }

    private static LettuceConnectionFactory connections(String host, int port) {
        LettuceConnectionFactory connections = new LettuceConnectionFactory(host, port);
        connections.afterPropertiesSet();
        connections.start();
        return connections;
    }
}
