package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;
import org.jspecify.annotations.Nullable;
import org.springframework.integration.zookeeper.lock.ZookeeperLockRegistry;

/** Other libraries over ZooKeeper. */
final class ZooKeeperPeers {
    private static final int RETRY_MILLIS = 100;

    private ZooKeeperPeers() {}

    static List<Contender> at(String host, int port) {
        return List.of(
                new Contender("Curator InterProcessMutex", Role.PEER, Kinds.ALL, leaseTime -> {
                    CuratorFramework curator = open(host, port, leaseTime);
                    return SharedClient.of(() -> new Mutex(curator), curator);
                }),
                new Contender("Spring ZookeeperLockRegistry", Role.PEER, Kinds.WAITS, leaseTime -> {
                    CuratorFramework curator = open(host, port, leaseTime);
                    ZookeeperLockRegistry registry = new ZookeeperLockRegistry(curator, "/spring");
                    return SharedClient.of(() -> new JavaLockHand(registry::obtain), () -> {
                        registry.destroy();
                        curator.close();
                    });
                }));
    }

    private static CuratorFramework open(String host, int port, Duration leaseTime) throws InterruptedException {
        CuratorFramework curator = CuratorFrameworkFactory.builder()
                .connectString(host + ":" + port)
                .sessionTimeoutMs(Math.toIntExact(leaseTime.toMillis()))
                .retryPolicy(new RetryOneTime(RETRY_MILLIS))
                .build();
        curator.start();
        curator.blockUntilConnected();
        return curator;
    }

    private static final class Mutex implements Contender.Hand {
        private final CuratorFramework curator;
        private @Nullable String name;
        private @Nullable InterProcessMutex mutex;

        Mutex(CuratorFramework curator) {
            this.curator = curator;
        }

        @Override
        public void acquire(String wanted) throws Exception {
            InterProcessMutex mine = mutex;
            if (mine == null || !wanted.equals(name)) {
                mine = new InterProcessMutex(curator, "/curator/" + wanted);
                name = wanted;
                mutex = mine;
            }
            LimitedWait.unless(mine.acquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS), wanted);
        }

        @Override
        public void release() throws Exception {
            if (mutex != null) {
                mutex.release();
            }
        }
    }
}
