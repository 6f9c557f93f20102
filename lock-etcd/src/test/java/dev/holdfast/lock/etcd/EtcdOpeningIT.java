package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.stores.RunningStore;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What open refuses, and that a refusal leaves nothing behind. */
class EtcdOpeningIT {
    private static RunningStore store;

    @BeforeAll
    static void start() {
        store = EtcdBench.startStore();
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @Test
    void opensThroughTheServiceLoaderAndWorks() throws InterruptedException {
        try (LockClient locks = Locks.open(store.url() + "?namespace=svc&leaseTime=2500ms&client.keepaliveTime=20000");
                Lease lease = locks.named("a").acquire(Duration.ofSeconds(5))) {
            assertTrue(lease.isHeld());
        }
    }

    @Test
    void worksOverAClientThatStaysOpen() throws InterruptedException {
        try (Client client = Client.builder()
                .target(EtcdBench.target(store))
                .waitForReady(false)
                .build()) {
            try (LockClient locks = EtcdLocks.over(client, ClientOptions.defaults())) {
                locks.named("a").acquire(Duration.ofSeconds(5)).close();
            }
            ByteSequence key = EtcdLayout.bytes("still-open");
            assertEquals(0, EtcdBench.join(client.getKVClient().get(key)).getCount());
        }
    }

    @Test
    void worksOverAClientWithANamespace() throws InterruptedException {
        try (Client client = Client.builder()
                .target(EtcdBench.target(store))
                .namespace(EtcdLayout.bytes("app/"))
                .build()) {
            try (LockClient locks = EtcdLocks.over(client, ClientOptions.defaults())) {
                locks.named("a").acquire(Duration.ofSeconds(5)).close();
            }
        }
    }

    @Test
    void refusesALeaseTimeThatEtcdCannotKeep() {
        for (String leaseTime : Set.of("1999ms", "25h")) {
            String message = refused("leaseTime=" + leaseTime).getMessage();
            assertTrue(message.contains("leaseTime") && message.contains("24 h"), message);
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertTrue(refused("client.nonsense=1").getMessage().contains("client.nonsense"));
        assertTrue(refused("client.keepaliveTime=soon").getMessage().contains("positive whole number"));
        assertTrue(refused("caFile=/nowhere.pem").getMessage().contains("etcds"));
        LockException path = assertThrows(LockConfigurationException.class, () -> Locks.open(store.url() + "/x"));
        assertTrue(path.getMessage().contains("no path"), path.getMessage());
        LockException tls = assertThrows(
                LockConfigurationException.class,
                () -> Locks.open("etcds://127.0.0.1:" + store.port() + "?caFile=/nowhere.pem"));
        assertTrue(tls.getMessage().contains("caFile"), tls.getMessage());
        LockException user =
                assertThrows(LockConfigurationException.class, () -> Locks.open("etcd://me@127.0.0.1:" + store.port()));
        assertTrue(user.getMessage().contains("both a user and a password"), user.getMessage());
    }

    @Test
    void refusesANamespaceOfAnotherModeOrVersion() {
        try (EtcdBench bench = new EtcdBench(store)) {
            for (String record : Set.of("protocol=2 mode=queue scale=1", "protocol=1 mode=owner scale=1", "garbage")) {
                bench.put(bench.layout().record(), record);
                LockException e = assertThrows(LockConfigurationException.class, () -> Locks.open(bench.url()));
                assertTrue(e.getMessage().contains(record) && e.getMessage().contains("namespace="), e.getMessage());
            }
        }
    }

    @Test
    void saysWhenNobodyAnswers() throws IOException {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        Set<String> before = threads();
        LockException e = assertThrows(
                StoreUnavailableException.class, () -> Locks.open("etcd://user:s3cret@127.0.0.1:" + closedPort));
        assertTrue(e.getMessage().contains("127.0.0.1:" + closedPort), e.getMessage());
        assertTrue(e.getMessage().contains("refused"), e.getMessage());
        assertFalse(everything(e).contains("s3cret"));
        LockException host =
                assertThrows(StoreUnavailableException.class, () -> Locks.open("etcd://no-such-host.invalid:2379"));
        assertTrue(host.getMessage().contains("no-such-host.invalid"), host.getMessage());
        EtcdBench.eventually("no thread left", () -> before.containsAll(threads()));
    }

    @Test
    void saysWhenAnotherProtocolAnswers() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            Thread server = new Thread(() -> speakRedis(socket), "fake-redis");
            server.setDaemon(true);
            server.start();
            LockException e = assertThrows(
                    StoreUnavailableException.class,
                    () -> Locks.open("etcd://127.0.0.1:" + socket.getLocalPort() + "?connectTimeout=2s"));
            assertTrue(e.getMessage().contains("Is etcd listening there"), e.getMessage());
        }
        LockException tls =
                assertThrows(StoreUnavailableException.class, () -> Locks.open("etcds://127.0.0.1:" + store.port()));
        assertTrue(tls.getMessage().contains("etcds: with TLS"), tls.getMessage());
    }

    @Test
    void closingLeavesNoThread() throws InterruptedException {
        Set<String> before = threads();
        try (LockClient locks = Locks.open(store.url())) {
            locks.named("a").acquire(Duration.ofSeconds(5)).close();
        }
        EtcdBench.eventually("no thread left", () -> before.containsAll(threads()));
    }

    @Test
    void checksUserPasswordAndPrivileges() throws InterruptedException {
        try (RunningStore guarded = EtcdBench.startStore()) {
            String at = "127.0.0.1:" + guarded.port();
            LockException off =
                    assertThrows(LockConfigurationException.class, () -> Locks.open("etcd://app:pass@" + at));
            assertTrue(off.getMessage().contains("authentication switched off"), off.getMessage());
            enableAuthentication(guarded);
            LockException none = assertThrows(LockConfigurationException.class, () -> Locks.open("etcd://" + at));
            assertTrue(none.getMessage().contains("give a user"), none.getMessage());
            LockException wrong =
                    assertThrows(LockConfigurationException.class, () -> Locks.open("etcd://app:s3cret@" + at));
            assertTrue(wrong.getMessage().contains("user or password is wrong"), wrong.getMessage());
            assertFalse(everything(wrong).contains("s3cret"));
            LockException denied = assertThrows(
                    LockConfigurationException.class, () -> Locks.open("etcd://app:pass@" + at + "?namespace=other"));
            assertTrue(
                    denied.getMessage()
                            .contains("etcdctl role grant-permission ROLE readwrite --prefix holdfast/other/"),
                    denied.getMessage());
            try (LockClient locks = Locks.open("etcd://app:pass@" + at + "?namespace=mine&leaseTime=2s")) {
                Lease lease = locks.named("a").acquire(Duration.ofSeconds(5));
                assertTrue(locks.named("a").tryAcquire().isEmpty());
                guarded.restart();
                EtcdBench.eventually("the token of the old server is replaced", () -> locksAgain(locks));
                lease.close();
            }
        }
    }

    private static boolean locksAgain(LockClient locks) {
        try (Lease lease = locks.named("b").acquire(Duration.ofSeconds(1))) {
            return lease.isHeld();
        } catch (LockException notYet) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void enableAuthentication(RunningStore guarded) {
        try (Client admin = Client.builder().target(EtcdBench.target(guarded)).build()) {
            Auth auth = admin.getAuthClient();
            EtcdBench.join(auth.userAdd(EtcdLayout.bytes("root"), EtcdLayout.bytes("root")));
            EtcdBench.join(auth.roleAdd(EtcdLayout.bytes("root")));
            EtcdBench.join(auth.userGrantRole(EtcdLayout.bytes("root"), EtcdLayout.bytes("root")));
            EtcdBench.join(auth.userAdd(EtcdLayout.bytes("app"), EtcdLayout.bytes("pass")));
            EtcdBench.join(auth.roleAdd(EtcdLayout.bytes("holdfast")));
            EtcdBench.join(auth.roleGrantPermission(
                    EtcdLayout.bytes("holdfast"),
                    EtcdLayout.bytes("holdfast/mine/"),
                    EtcdLayout.bytes("holdfast/mine0"),
                    Permission.Type.READWRITE));
            EtcdBench.join(auth.userGrantRole(EtcdLayout.bytes("app"), EtcdLayout.bytes("holdfast")));
            EtcdBench.join(auth.authEnable());
        }
    }

    private static void speakRedis(ServerSocket socket) {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                client.getInputStream().read();
                client.getOutputStream().write("-ERR unknown command\r\n".getBytes(StandardCharsets.UTF_8));
            } catch (IOException gone) {
                if (socket.isClosed()) {
                    return;
                }
            }
        }
    }

    private static LockException refused(String parameter) {
        return assertThrows(LockConfigurationException.class, () -> Locks.open(store.url() + "?" + parameter));
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).collect(Collectors.toSet());
    }

    private static String everything(Throwable error) {
        StringBuilder text = new StringBuilder();
        for (Throwable e = error; e != null; e = e.getCause()) {
            text.append(e).append('\n');
        }
        return text.toString();
    }
}
