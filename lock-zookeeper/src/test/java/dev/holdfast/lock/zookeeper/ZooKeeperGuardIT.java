package dev.holdfast.lock.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StaleTokenException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The guard inside transactions of an application, and what a register leaves in ZooKeeper. */
class ZooKeeperGuardIT {
    private static RunningStore store;
    private ZooKeeperBench bench;
    private CuratorFramework curator;
    private ZooKeeperGuard guard;
    private String ledger;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.ZOOKEEPER);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void open() throws Exception {
        bench = new ZooKeeperBench(store);
        curator = bench.curator(store.port(), 5_000);
        String parent = curator.create().forPath("/app-" + System.nanoTime());
        ledger = curator.create().forPath(parent + "/ledger", "none".getBytes(UTF_8));
        guard = new ZooKeeperGuard(parent + "/guard");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private void write(CuratorOp shown, String value) throws Exception {
        CuratorOp write = curator.transactionOp().setData().forPath(ledger, value.getBytes(UTF_8));
        curator.transaction().forOperations(shown, write);
    }

    private String ledger() throws Exception {
        return new String(curator.getData().forPath(ledger), UTF_8);
    }

    @Test
    void aTransactionOfTheUserRefusesALowerTokenAndChangesNothing() throws Exception {
        write(guard.show(curator, 9), "nine");
        write(guard.show(curator, 9), "nine again");
        write(guard.show(curator, 10), "ten");
        StaleTokenException stale = assertThrows(StaleTokenException.class, () -> guard.show(curator, 9));
        assertEquals(10, stale.mark());
        assertEquals("ten", ledger());
    }

    @Test
    void aTransactionPreparedBeforeTheNextHolderCameFailsAsAWhole() throws Exception {
        CuratorOp first = guard.show(curator, 3);
        write(guard.show(curator, 4), "four");
        assertThrows(KeeperException.NodeExistsException.class, () -> write(first, "late"));
        CuratorOp paused = guard.show(curator, 5);
        write(guard.show(curator, 6), "six");
        assertThrows(KeeperException.BadVersionException.class, () -> write(paused, "late"));
        assertEquals("six", ledger());
    }

    @Test
    void aRegisterIsOnePersistentNodeThatKeepsItsFullName() throws Exception {
        String name = "\u00e9".repeat(200);
        try (LockClient locks = Locks.open(store.url() + "?namespace=layout&leaseTime=4s")) {
            locks.register(name).read(4);
            locks.register("a/b").write(5, new byte[] {0, 1});
            assertEquals(0, locks.register("a/b").read(5).orElseThrow()[0]);
        }
        byte[] unwritten = curator.getData().forPath("/holdfast/layout/registers/" + ZooKeeperLayout.encode(name));
        assertEquals("4\0" + name, new String(unwritten, UTF_8));
        assertArrayEquals(
                new byte[] {'5', 0, 'a', '/', 'b', 0, 0, 1},
                curator.getData().forPath("/holdfast/layout/registers/a%2Fb"));
    }
}
