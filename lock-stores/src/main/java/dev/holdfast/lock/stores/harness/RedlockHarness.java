package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.tck.ClockedStore;
import dev.holdfast.lock.tck.LinkControl;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.Nemesis;
import dev.holdfast.lock.tck.StoreControl;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A Redlock of several servers, all of which suffer each fault of the kit, since a minority is not to be noticed. The
 * fields that it writes are those of {@code docs/redlock.md}.
 */
public final class RedlockHarness extends StoreHarness {
    /** Longer than every lease time of the kit. */
    public static final Duration MAX_LEASE = Duration.ofSeconds(15);

    /** What the kit appends for namespaces of its own. */
    private static final List<String> OTHERS = List.of("-n4", "-r7", "-f4");

    private final RedlockServers servers;
    private final List<RedisHarness> nodes;
    private final RedlockLink links;
    private final RedlockControl control;

    /** On servers that nobody has used before. */
    public RedlockHarness(RedlockServers servers) {
        super(servers.all().get(0));
        this.servers = servers;
        this.nodes = servers.all().stream()
                .map(server -> new RedisHarness(server, namespace()))
                .toList();
        this.links = new RedlockLink(servers, namespace(), nodes);
        this.control = new RedlockControl(servers, namespace(), OTHERS);
        servers.declareNew(namespace());
        declareOthersNew();
    }

    private void declareOthersNew() {
        OTHERS.forEach(other -> servers.declareNew(namespace() + other));
    }

    @Override
    public String store() {
        return "redlock";
    }

    @Override
    public String url() {
        return servers.url(namespace());
    }

    @Override
    String expectedResults() {
        return "dev/holdfast/lock/redis/redlock.expected";
    }

    @Override
    public Duration shortestLease() {
        return steadyLease(Duration.ofMillis(200));
    }

    @Override
    public Duration crashSlack() {
        return Duration.ofMillis(300);
    }

    /** Requests that go to all servers at once count as one. */
    @Override
    public OptionalLong requests() {
        long all =
                nodes.stream().mapToLong(node -> node.requests().orElseThrow()).sum();
        return OptionalLong.of((all + nodes.size() - 1) / nodes.size());
    }

    /** Waiters leave nothing in the servers, which the kit would look for; the tests of the driver look for grants. */
    @Override
    public Optional<List<String>> residue() {
        return Optional.empty();
    }

    @Override
    List<String> entries() {
        return List.of();
    }

    @Override
    boolean end(String lockName) {
        boolean ended = false;
        for (RedisHarness node : nodes) {
            ended |= node.expire(lockName);
        }
        return ended;
    }

    @Override
    public void endConnections() {
        nodes.forEach(RedisHarness::endConnections);
    }

    @Override
    public void evict() {
        nodes.forEach(RedisHarness::evict);
        control.awaitGrants(servers.all());
    }

    @Override
    public Optional<LinkControl> link() {
        return Optional.of(links);
    }

    @Override
    public Optional<StoreControl> control() {
        return Optional.of(control);
    }

    @Override
    public Optional<MemberControl> members() {
        return Optional.of(control);
    }

    @Override
    public ClockedStore clockedStore() {
        return new ClockedServers(servers.all().size());
    }

    @Override
    public List<Nemesis> nemeses() {
        return RedlockNemesis.all();
    }

    @Override
    public void close() {
        super.close();
        nodes.forEach(RedisHarness::close);
    }

    /** Other servers, whose clocks move together. */
    private static final class ClockedServers implements ClockedStore {
        private final RedlockServers servers;
        private final RedlockHarness harness;

        ClockedServers(int count) {
            this.servers = RedlockServers.startAhead(count, MAX_LEASE, Collections.nCopies(count, Duration.ZERO));
            this.harness = new RedlockHarness(servers);
        }

        @Override
        public LockHarness harness() {
            return harness;
        }

        @Override
        public void move(Duration offset) {
            servers.clocks().forEach(clock -> clock.move(offset));
        }

        @Override
        public void close() {
            harness.close();
            servers.close();
        }
    }
}
