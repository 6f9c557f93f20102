package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.StoreControl;
import dev.holdfast.lock.tck.Timing;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Redis, durability=strict: nobody is granted a lock for a while after first use, restart and loss of data. */
final class RedisStrictHarness extends RedisHarness {
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The default, but not below the longest lease of the kit. */
    static final Duration MAX_LEASE = longest(longestOfTheKit(), Duration.ofSeconds(15));

    private final Duration maxLease;
    private final Set<String> granting = ConcurrentHashMap.newKeySet();

    RedisStrictHarness(RunningStore store) {
        super(store);
        this.maxLease = MAX_LEASE;
    }

    /** On several servers; with shorter leases, since a failover and the grace must fit into what the kit waits. */
    RedisStrictHarness(Deployment store) {
        super(store);
        this.maxLease = longest(longestOfTheKit(), Duration.ofSeconds(12));
    }

    private static Duration longestOfTheKit() {
        return Timing.scaled(Duration.ofSeconds(12));
    }

    /** The longer one, as far as the driver takes it. */
    private static Duration longest(Duration a, Duration b) {
        Duration longer = a.compareTo(b) > 0 ? a : b;
        return longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
    }

    @Override
    public String store() {
        return "redis" + suffix() + "-strict";
    }

    @Override
    String inNamespace(String url) {
        return super.inNamespace(url) + "&" + parameters(maxLease);
    }

    /** What makes a URL one of this mode. */
    static String parameters(Duration maxLease) {
        return "durability=strict&maxLease=" + maxLease.toMillis() + "ms";
    }

    @Override
    StoreHarness on(RunningStore other) {
        return new RedisStrictHarness(other);
    }

    /** Asks the store itself, by an acquire: how long it lasts is what the kit is to find out. */
    @Override
    public void awaitGrants(String url) {
        String namespace = String.valueOf(LockUrl.parse(url).parameters().get("namespace"));
        if (!granting.add(namespace)) {
            return;
        }
        String direct = plainUrl() + "?namespace=" + namespace + "&" + parameters(maxLease);
        ClientOptions brief = ClientOptions.builder().leaseTime(shortestLease()).build();
        try (LockClient client = Locks.open(direct, brief)) {
            client.named("first-grant").acquire(maxLease.plus(PATIENCE)).release();
        } catch (InterruptedException e) {
            granting.remove(namespace);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while nobody is granted a lock", e);
        }
    }

    /** Whatever it was, it may have begun a grace in every namespace, and is over when that is. */
    private void afterTrouble() {
        granting.clear();
        awaitGrants(url());
    }

    @Override
    public LockClient open(ClientOptions options) {
        awaitGrants(url());
        return super.open(options);
    }

    @Override
    public void evict() {
        super.evict();
        afterTrouble();
    }

    @Override
    public Optional<StoreControl> control() {
        return super.control().map(servers -> new StoreControl() {
            @Override
            public void pause() {
                servers.pause();
            }

            @Override
            public void resume() {
                servers.resume();
                afterTrouble();
            }

            @Override
            public void kill() {
                servers.kill();
            }

            @Override
            public void restart() {
                servers.restart();
                afterTrouble();
            }

            @Override
            public void wipe() {
                servers.wipe();
                afterTrouble();
            }
        });
    }

    @Override
    public Optional<MemberControl> members() {
        return super.members().map(servers -> new MemberControl() {
            @Override
            public void make(Fault fault) {
                servers.make(fault);
            }

            @Override
            public void cutReplication() {
                servers.cutReplication();
            }

            @Override
            public void mend() {
                servers.mend();
                afterTrouble();
            }
        });
    }
}
