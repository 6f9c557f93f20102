package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.StoreControl;
import dev.holdfast.lock.tck.Timing;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Redis, durability=strict: nobody is granted a lock for a while after first use, restart and loss of data. */
final class RedisStrictHarness extends RedisHarness {
    /** In milliseconds: the default, but not below the longest lease of the kit, nor above what the driver takes. */
    static final long MAX_LEASE = Math.min(
            60_000, Math.max(15_000, Timing.scaled(Duration.ofSeconds(12)).toMillis()));

    private static final Duration GRACE = Duration.ofMillis(MAX_LEASE);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Set<String> granting = ConcurrentHashMap.newKeySet();

    RedisStrictHarness(RunningStore store) {
        super(store);
    }

    @Override
    public String store() {
        return "redis-strict";
    }

    @Override
    String inNamespace(String url) {
        return Variant.REDIS_STRICT.url(super.inNamespace(url));
    }

    @Override
    StoreHarness on(RunningStore other) {
        return new RedisStrictHarness(other);
    }

    @Override
    String expectedResults() {
        return "dev/holdfast/lock/redis/redis-strict.expected";
    }

    /** Asks the store itself, by an acquire: how long it lasts is what the kit is to find out. */
    @Override
    public void awaitGrants(String url) {
        String namespace = String.valueOf(LockUrl.parse(url).parameters().get("namespace"));
        if (!granting.add(namespace)) {
            return;
        }
        String direct = Variant.REDIS_STRICT.url(running().url() + "?namespace=" + namespace);
        ClientOptions brief = ClientOptions.builder().leaseTime(shortestLease()).build();
        try (LockClient client = Locks.open(direct, brief)) {
            client.named("first-grant").acquire(GRACE.plus(PATIENCE)).release();
        } catch (InterruptedException e) {
            granting.remove(namespace);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while nobody is granted a lock", e);
        }
    }

    @Override
    public LockClient open(ClientOptions options) {
        awaitGrants(url());
        return super.open(options);
    }

    @Override
    public void evict() {
        super.evict();
        granting.clear();
    }

    @Override
    public Optional<StoreControl> control() {
        return Optional.of(new Control(running()) {
            @Override
            public void restart() {
                super.restart();
                granting.clear();
            }

            @Override
            public void wipe() {
                super.wipe();
                granting.clear();
            }
        });
    }
}
