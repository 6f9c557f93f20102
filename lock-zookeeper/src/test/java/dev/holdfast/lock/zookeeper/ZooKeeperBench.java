package dev.holdfast.lock.zookeeper;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.RecordingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** Drivers in a namespace of their own, and a look into it from outside. */
final class ZooKeeperBench implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(2);
    static final Duration STORE = Duration.ofSeconds(1);

    private final String servers;
    private final String namespace = "it-" + ZooKeeperOpening.unique(4);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final CuratorFramework raw;

    ZooKeeperBench(RunningStore store) throws Exception {
        this("127.0.0.1:" + store.port());
    }

    ZooKeeperBench(String servers) throws Exception {
        this.servers = servers;
        this.raw = curator(servers, 5_000);
    }

    CuratorFramework curator(int port, int sessionMillis) throws Exception {
        return curator("127.0.0.1:" + port, sessionMillis);
    }

    CuratorFramework curator(String to, int sessionMillis) throws Exception {
        CuratorFramework made = CuratorFrameworkFactory.builder()
                .connectString(to)
                .sessionTimeoutMs(sessionMillis)
                .connectionTimeoutMs(1_000)
                .ensembleTracker(false)
                .retryPolicy(new RetryOneTime(1))
                .build();
        made.start();
        opened.add(made);
        Await.until("connected", Duration.ofSeconds(10), () -> made.getZookeeperClient()
                .isConnected());
        return made;
    }

    RecordingContext context(Map<String, String> parameters) {
        return context(LEASE, parameters);
    }

    RecordingContext context(Duration lease, Map<String, String> parameters) {
        return new RecordingContext(new DriverOptions(namespace, lease, Duration.ofSeconds(5), STORE, 0, parameters));
    }

    /** A client and what it was told. */
    record Opened(LockDriver driver, RecordingContext context) {
        Answer enter(AcquisitionId id, String name, boolean mayWait) throws InterruptedException {
            return driver.enter(request(id, name, mayWait, false));
        }

        Answer look(AcquisitionId id, String name) throws InterruptedException {
            return driver.look(request(id, name, true, false));
        }

        Grant acquire(String name) throws InterruptedException {
            return grant(enter(AcquisitionId.random(), name, true));
        }
    }

    static AcquireRequest request(AcquisitionId id, String name, boolean mayWait, boolean unanswered) {
        return new AcquireRequest(id, new LockName(name), mayWait, unanswered, STORE);
    }

    static Grant grant(Answer answer) {
        return assertInstanceOf(Answer.Granted.class, answer).grant();
    }

    Opened open() {
        return open("zookeeper://" + servers);
    }

    Opened open(String url) {
        return open(url, context(Map.of()));
    }

    Opened open(String url, RecordingContext context) {
        return keep(new ZooKeeperLocks().open(LockUrl.parse(url), context), context);
    }

    Opened over(CuratorFramework curator) {
        RecordingContext context = context(Map.of());
        return keep(ZooKeeperClients.over(curator, ZooDefs.Ids.OPEN_ACL_UNSAFE, context), context);
    }

    private Opened keep(LockDriver driver, RecordingContext context) {
        opened.add(() -> {
            driver.close();
            context.close();
        });
        return new Opened(driver, context);
    }

    String path() {
        return ZooKeeperLayout.DEFAULT_ROOT + "/" + namespace;
    }

    ZooKeeper raw() throws Exception {
        return raw.getZookeeperClient().getZooKeeper();
    }

    /** Not while the observer's own session is being replaced. */
    boolean seesTheStore() throws Exception {
        try {
            return raw().exists("/", false) != null;
        } catch (KeeperException.SessionExpiredException | KeeperException.ConnectionLossException e) {
            return false;
        }
    }

    /** Every holder and waiter of the namespace. */
    List<String> entries() throws Exception {
        List<String> entries = new ArrayList<>();
        for (String lock : raw().getChildren(path() + "/locks", false)) {
            entries.addAll(entries(lock));
        }
        return entries;
    }

    private List<String> entries(String lock) throws Exception {
        try {
            return raw().getChildren(path() + "/locks/" + lock, false);
        } catch (KeeperException.NoNodeException e) {
            return List.of(); // an empty container was removed meanwhile
        }
    }

    /** Ends a session at the server, as a second handle with its password can. */
    static void endSession(ZooKeeper victim, int port) throws Exception {
        try (ZooKeeper twin = new ZooKeeper(
                "127.0.0.1:" + port, 5_000, event -> {}, victim.getSessionId(), victim.getSessionPasswd())) {
            Await.until(
                    "connected", Duration.ofSeconds(10), () -> twin.getState().isConnected());
        }
    }

    @Override
    public void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }
}
