package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.stores.LostReply;
import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.tck.ClientClock;
import dev.holdfast.lock.tck.ClockedStore;
import dev.holdfast.lock.tck.Expected;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.LinkControl;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.StoreControl;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the harnesses of all started stores share. Close it after the kit; the store itself belongs to whoever started
 * it.
 */
public abstract class StoreHarness implements LockHarness, AutoCloseable {
    /** How long a look into the store may take. */
    static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private final Deployment store;
    private final Link link;
    private final String namespace;

    StoreHarness(RunningStore store) {
        this(new SingleServer(store), newNamespace());
    }

    StoreHarness(Deployment store) {
        this(store, newNamespace());
    }

    /** One that shares its namespace with others. */
    StoreHarness(RunningStore store, String namespace) {
        this(new SingleServer(store), namespace);
    }

    private StoreHarness(Deployment store, String namespace) {
        this.store = store;
        this.namespace = namespace;
        this.link = new Link(this, store);
    }

    static String newNamespace() {
        return "holdfast-tck-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    /** The harness of a started store as its clients use it by default, with a namespace of its own. */
    public static StoreHarness of(RunningStore store) {
        return switch (store.kind()) {
            case REDIS -> new RedisHarness(store);
            case ETCD -> new EtcdHarness(store);
            case ZOOKEEPER -> new ZooKeeperHarness(store);
            case POSTGRES -> new PostgresHarness(store);
        };
    }

    /** The request of this kind, recognised on the wire. */
    LostReply request(LinkControl.Operation operation) {
        return LostReply.of(kind(), namespace);
    }

    /** See {@link LockHarness#residue()}; free to fail. */
    abstract List<String> entries() throws IOException;

    /** See {@link LockHarness#expire}; free to fail. */
    abstract boolean end(String lockName) throws IOException;

    final StoreKind kind() {
        return store.kind();
    }

    /** The server to look into. */
    final RunningStore running() {
        return store.server();
    }

    /** What the name of the store adds for several servers. */
    final String suffix() {
        return store.suffix();
    }

    final String namespace() {
        return namespace;
    }

    String inNamespace(String url) {
        return url + (url.contains("?") ? "&" : "?") + "namespace=" + namespace;
    }

    @Override
    public String store() {
        return store.kind().scheme() + suffix();
    }

    @Override
    public String url() {
        return inNamespace(plainUrl());
    }

    /** The URL of the store without a namespace and parameters of the harness. */
    final String plainUrl() {
        return store.url();
    }

    /** Where the expected results stand on the class path, beside the driver. */
    abstract String expectedResults();

    /** The harness of this kind on another store. */
    StoreHarness on(RunningStore other) {
        return of(other);
    }

    @Override
    public final Optional<Expected> expected() {
        try (InputStream data = StoreHarness.class.getClassLoader().getResourceAsStream(expectedResults())) {
            return data == null
                    ? Optional.empty()
                    : Optional.of(Expected.parse(new String(data.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + expectedResults(), e);
        }
    }

    @Override
    public final Set<Claim> claims() {
        return expected()
                .orElseThrow(() -> new IllegalStateException("the driver of " + store() + " is not on the class path"))
                .kept();
    }

    @Override
    public final Optional<String> impossible(Fault fault) {
        Optional<String> never = expected().flatMap(expected -> expected.impossible(fault));
        if (never.isPresent()) {
            return never;
        }
        return switch (fault) {
            case STORE_CLOCK, CLIENT_CLOCK -> MovableClock.missing();
            case CONNECTIONS_ENDED, EVICTION -> Optional.empty();
            default -> LockHarness.super.impossible(fault);
        };
    }

    @Override
    public ClockedStore clockedStore() {
        return new ClockedTwin(running(), this::on);
    }

    @Override
    public final ClientClock clientClock() {
        return new ChildClock();
    }

    @Override
    public Optional<StoreControl> control() {
        return Optional.of(store.control());
    }

    @Override
    public Optional<MemberControl> members() {
        return store.members();
    }

    @Override
    public Optional<LinkControl> link() {
        return store.isBehindProxies() ? Optional.of(link) : Optional.empty();
    }

    /** How many replies the link has lost so far. */
    public long repliesLost() {
        return link().orElseThrow().repliesLost().orElseThrow();
    }

    @Override
    public OptionalLong requests() {
        return store.requests();
    }

    @Override
    public Optional<List<String>> residue() {
        try {
            return Optional.of(entries());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + store, e);
        }
    }

    @Override
    public boolean expire(String lockName) {
        try {
            return end(lockName);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end the grant of " + lockName + " in " + store, e);
        }
    }

    @Override
    public void close() {
        link.close();
    }

    @Override
    public String toString() {
        return store() + " harness on " + store;
    }

    /** At least this long, so that a busy machine does not look like a dead holder. */
    static Duration steadyLease(Duration shortest) {
        Duration steady = Duration.ofSeconds(1);
        return shortest.compareTo(steady) > 0 ? shortest : steady;
    }
}
