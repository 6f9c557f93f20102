package dev.holdfast.lock.stores;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

/** The lost reply with each store's own client: the request was applied, the client did not hear of it. */
class LostReplyIT {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final StoreLauncher launcher = new StoreLauncher();

    @Test
    void redis() throws IOException {
        try (RunningStore store = launcher.start(StoreKind.REDIS);
                FaultProxy proxy = FaultProxy.before(store);
                RespProbe through = new RespProbe(store.host(), proxy.port(), LONG);
                RespProbe direct = new RespProbe(store.host(), store.port(), LONG)) {
            proxy.loseReply(LostReply.of(StoreKind.REDIS, "INCR"));
            assertEquals("PONG", through.call("PING"));
            assertThrows(IOException.class, () -> through.call("EVAL", "return redis.call('INCR', KEYS[1])", "1", "k"));
            assertEquals("1", direct.call("GET", "k"));
            assertEquals(1, proxy.repliesLost());
        }
    }

    @Test
    void postgres() throws SQLException, IOException {
        try (RunningStore store = launcher.start(StoreKind.POSTGRES);
                FaultProxy proxy = FaultProxy.before(store);
                PostgresProbe direct = new PostgresProbe(store.host(), store.port(), "holdfast", LONG)) {
            direct.query("CREATE TABLE kept (n int); GRANT ALL ON kept TO holdfast");
            String url = "jdbc:postgresql://" + store.host() + ":" + proxy.port() + "/holdfast";
            try (Connection connection = DriverManager.getConnection(url, "holdfast", "holdfast");
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO kept VALUES (?)")) {
                proxy.loseReply(LostReply.of(StoreKind.POSTGRES, "INSERT INTO kept"));
                insert.setInt(1, 1);
                SQLException e = assertThrows(SQLException.class, insert::executeUpdate);
                assertEquals("08006", e.getSQLState());
            }
            assertEquals("1", direct.value("SELECT count(*) FROM kept"));
            assertEquals(1, proxy.repliesLost());
        }
    }

    @Test
    void zooKeeper() throws Exception {
        try (RunningStore store = launcher.start(StoreKind.ZOOKEEPER);
                FaultProxy proxy = FaultProxy.before(store)) {
            CountDownLatch connected = new CountDownLatch(1);
            ZooKeeper client = new ZooKeeper(store.host() + ":" + proxy.port(), 10_000, event -> {
                if (event.getState() == KeeperState.SyncConnected) {
                    connected.countDown();
                }
            });
            try {
                connected.await(LONG.toSeconds(), TimeUnit.SECONDS);
                assertEquals(null, client.exists("/kept", false));
                proxy.loseReply(LostReply.of(StoreKind.ZOOKEEPER, "/kept"));
                assertThrows(
                        KeeperException.ConnectionLossException.class,
                        () -> client.create("/kept", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
                Poll.until("applied", LONG, () -> exists(client, "/kept"));
                assertEquals(1, proxy.repliesLost());
                assertEquals(2, proxy.attempts());
            } finally {
                client.close();
            }
        }
    }

    private static boolean exists(ZooKeeper client, String path) {
        try {
            return client.exists(path, false) != null;
        } catch (KeeperException.ConnectionLossException notYetBack) {
            return false;
        } catch (KeeperException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void etcd() throws Exception {
        try (RunningStore store = launcher.start(StoreKind.ETCD);
                FaultProxy proxy = FaultProxy.before(store);
                Client client = Client.builder()
                        .endpoints("http://" + store.host() + ":" + proxy.port())
                        .retryMaxAttempts(1)
                        .build()) {
            ByteSequence key = ByteSequence.from("lock/a", UTF_8);
            client.getKVClient().get(key).get(10, TimeUnit.SECONDS);
            HttpProbe direct = new HttpProbe(store.host(), store.port(), LONG);
            assertEquals(List.of(), direct.keys(""));
            proxy.loseReply(LostReply.of(StoreKind.ETCD, "lock/a"));
            ByteSequence other = ByteSequence.from("other", UTF_8);
            client.getKVClient().put(other, other).get(10, TimeUnit.SECONDS);
            assertThrows(
                    ExecutionException.class,
                    () -> client.getKVClient().put(key, key).get(10, TimeUnit.SECONDS));
            assertEquals(List.of("lock/a", "other"), direct.keys(""));
            assertEquals(1, proxy.repliesLost());
        } catch (TimeoutException e) {
            throw new AssertionError("the client never heard that its connection was gone", e);
        }
    }
}
