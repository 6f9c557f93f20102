package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** ZooKeeper by its bare commands, one session for each client: the first three steps of the recipe. */
final class ZooKeeperFloor {
    private static final String ROOT = "/floor";
    private static final byte[] NOTHING = new byte[0];

    private ZooKeeperFloor() {}

    static List<Contender> at(String host, int port) {
        return List.of(
                new Contender("exists", Role.ROUND_TRIP, Kinds.TRIES, leaseTime -> {
                    ZooKeeper session = open(host, port, leaseTime);
                    return SharedClient.of(() -> new Exists(session), session);
                }),
                new Contender("create + getChildren + delete", Role.FLOOR, Kinds.TRIES, leaseTime -> {
                    ZooKeeper session = open(host, port, leaseTime);
                    create(session, ROOT, CreateMode.PERSISTENT);
                    return SharedClient.of(() -> new Sequential(session), session);
                }));
    }

    private static ZooKeeper open(String host, int port, Duration leaseTime) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper session = new ZooKeeper(host + ":" + port, Math.toIntExact(leaseTime.toMillis()), event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        if (!connected.await(Contender.Hand.MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
            session.close();
            throw new IllegalStateException("no session");
        }
        return session;
    }

    private static void create(ZooKeeper session, String path, CreateMode mode)
            throws KeeperException, InterruptedException {
        try {
            session.create(path, NOTHING, ZooDefs.Ids.OPEN_ACL_UNSAFE, mode);
        } catch (KeeperException.NodeExistsException itIsThere) {
            // which is what was wanted
        }
    }

    private static final class Exists implements Contender.Hand {
        private final ZooKeeper session;

        Exists(ZooKeeper session) {
            this.session = session;
        }

        @Override
        public void acquire(String name) throws KeeperException, InterruptedException {
            session.exists(ROOT, false);
        }

        @Override
        public void release() {}
    }

    private static final class Sequential implements Contender.Hand {
        private final ZooKeeper session;
        private String node = "";

        Sequential(ZooKeeper session) {
            this.session = session;
        }

        @Override
        public void acquire(String name) throws Exception {
            String parent = ROOT + "/" + name;
            node = enqueue(parent);
            List<String> queue = session.getChildren(parent, false);
            LimitedWait.unless(node.endsWith(Collections.min(queue)), name);
        }

        private String enqueue(String parent) throws KeeperException, InterruptedException {
            try {
                return queueNode(parent);
            } catch (KeeperException.NoNodeException neverSeen) {
                create(session, parent, CreateMode.CONTAINER);
                return queueNode(parent);
            }
        }

        private String queueNode(String parent) throws KeeperException, InterruptedException {
            return session.create(
                    parent + "/lock-", NOTHING, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
        }

        @Override
        public void release() throws KeeperException, InterruptedException {
            session.delete(node, -1);
        }
    }
}
