package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.RecordingContext;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.GetOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One real etcd, and drivers without an engine on it; every bench has a namespace of its own. */
final class EtcdBench implements AutoCloseable {
    static final Duration LEASE_TIME = Duration.ofSeconds(30);
    static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** One driver with what it called. */
    record Opened(EtcdDriver driver, RecordingContext context, FaultyCalls network) {
        Answer enter(AcquisitionId id, String name, boolean mayWait) throws InterruptedException {
            return driver.enter(request(id, name, mayWait, false));
        }

        Answer look(AcquisitionId id, String name) throws InterruptedException {
            return driver.look(request(id, name, true, false));
        }

        /** An acquire that must be granted at once. */
        Grant acquire(String name) throws InterruptedException {
            Answer answer = enter(AcquisitionId.random(), name, true);
            if (answer instanceof Answer.Granted granted) {
                return granted.grant();
            }
            throw new AssertionError("not granted: " + answer);
        }
    }

    private final RunningStore store;
    private final String namespace = "t" + AcquisitionId.random().value().substring(0, 8);
    private final List<Opened> opened = new ArrayList<>();
    private final Client admin;

    EtcdBench(RunningStore store) {
        this.store = store;
        this.admin = Client.builder().target(target(store)).build();
    }

    static RunningStore startStore(String... extraArgs) {
        return new StoreLauncher().start(StoreKind.ETCD, List.of(extraArgs));
    }

    static String target(RunningStore store) {
        return "ip:///" + store.host() + ":" + store.port();
    }

    static AcquireRequest request(AcquisitionId id, String name, boolean mayWait, boolean unanswered) {
        return new AcquireRequest(id, new LockName(name), mayWait, unanswered, STORE_TIMEOUT);
    }

    DriverOptions options(Duration leaseTime) {
        return new DriverOptions(namespace, leaseTime, Duration.ofSeconds(5), STORE_TIMEOUT, 0, Map.of());
    }

    String url() {
        return store.url() + "?namespace=" + namespace;
    }

    Opened open() {
        return open(LEASE_TIME);
    }

    Opened open(Duration leaseTime) {
        return open(new RecordingContext(options(leaseTime)));
    }

    /** A driver whose network obeys {@link Opened#network()}. */
    Opened open(RecordingContext context) {
        FaultyCalls network = new FaultyCalls();
        CallGuard guard = new CallGuard(Duration.ofSeconds(5), Duration.ofSeconds(1));
        EtcdConnection connection = new EtcdConnection(
                () -> Client.builder()
                        .target(target(store))
                        .waitForReady(false)
                        .interceptor(guard, network)
                        .build(),
                true,
                guard::epoch,
                new EtcdErrors("etcd://test", layout().root()),
                context.ticker());
        LockDriver driver = EtcdDriver.open(
                connection,
                List.of(target(store)),
                context,
                context.options().leaseTime().toSeconds());
        guard.callTimeout(STORE_TIMEOUT);
        Opened result = new Opened((EtcdDriver) driver, context, network);
        opened.add(result);
        return result;
    }

    EtcdLayout layout() {
        return new EtcdLayout(namespace);
    }

    Client admin() {
        return admin;
    }

    /** Queue entries in the store, of all locks of this bench. */
    List<String> entries() {
        GetOption all = GetOption.builder().isPrefix(true).withKeysOnly(true).build();
        return join(admin.getKVClient().get(layout().queues(), all)).getKvs().stream()
                .map(kv -> kv.getKey().toString(UTF_8))
                .toList();
    }

    void put(ByteSequence key, String value) {
        join(admin.getKVClient().put(key, EtcdLayout.bytes(value)));
    }

    void delete(ByteSequence key) {
        join(admin.getKVClient().delete(key));
    }

    /** Ends a driver's session behind its back. */
    void revoke(Opened victim) throws InterruptedException {
        join(admin.getLeaseClient().revoke(victim.driver().session().lease()));
    }

    static <T> T join(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Polls until it is so. */
    static void eventually(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    void close(Opened one) {
        one.driver().close();
        one.context().close();
        opened.remove(one);
    }

    @Override
    public void close() {
        List.copyOf(opened).forEach(this::close);
        admin.close();
    }
}
