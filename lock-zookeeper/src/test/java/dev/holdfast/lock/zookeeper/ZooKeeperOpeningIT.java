package dev.holdfast.lock.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.RecordingContext;
import dev.holdfast.lock.zookeeper.ZooKeeperBench.Opened;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client is told when it must not, or cannot, use a server, and that nothing stays open. */
class ZooKeeperOpeningIT {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private static RunningStore store;
    private Set<Thread> before;

    @BeforeAll
    static void start() {
        store = new StoreLauncher().start(StoreKind.ZOOKEEPER);
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void countThreads() {
        before = new HashSet<>(threads());
    }

    @AfterEach
    void noThreadIsLeft() throws Exception {
        Await.until("threads end: " + left(), Duration.ofSeconds(3), () -> left().isEmpty());
    }

    private Set<String> left() {
        return threads().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.contains("CompletableFutureDelayScheduler") && !name.startsWith("Cleaner-"))
                .collect(Collectors.toSet());
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    private static <T extends Exception> String refused(Class<T> kind, String url, DriverOptions options)
            throws Exception {
        try (RecordingContext context = new RecordingContext(options)) {
            long begin = System.nanoTime();
            T failure = assertThrows(
                    kind,
                    () -> new ZooKeeperLocks().open(LockUrl.parse(url), context).close());
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(took.compareTo(options.connectTimeout().plusSeconds(1)) < 0, took.toString());
            String message = String.valueOf(failure.getMessage());
            assertFalse(message.contains("secret"), message);
            return message;
        }
    }

    private static DriverOptions options(String namespace, Duration lease, Map<String, String> parameters) {
        return new DriverOptions(namespace, lease, CONNECT, Duration.ofSeconds(1), 0, parameters);
    }

    private static DriverOptions options(String namespace) {
        return options(namespace, Duration.ofSeconds(2), Map.of());
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message + " lacks: " + part);
        }
    }

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String url = "zookeeper://app:secret@127.0.0.1:" + port;
        assertSays(refused(StoreException.class, url, options("x")), "127.0.0.1:" + port, "cannot connect");
    }

    @Test
    void theServerIsSilent() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "zookeeper://127.0.0.1:" + silent.getLocalPort();
            assertSays(refused(StoreException.class, url, options("x")), "127.0.0.1:" + silent.getLocalPort());
        }
    }

    @Test
    void theConnectionIsClosedAtOnce() throws Exception {
        try (ServerSocket rude = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread closing = new Thread(() -> serve(rude, ""));
            closing.start();
            String url = "zookeeper://127.0.0.1:" + rude.getLocalPort();
            assertSays(refused(StoreException.class, url, options("x")), "127.0.0.1:" + rude.getLocalPort());
        }
    }

    @Test
    void anotherProtocolIsSpoken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> serve(other, "-ERR unknown command 'srvr'\r\n"));
            answering.start();
            String url = "zookeeper://127.0.0.1:" + other.getLocalPort();
            assertSays(refused(StoreException.class, url, options("x")), "another protocol", "port");
        }
    }

    private static void serve(ServerSocket server, String answer) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException e) {
            assertTrue(server.isClosed(), e.toString());
        }
    }

    @Test
    void theLeaseTimeIsOutsideOfTheServersLimits() throws Exception {
        String url = store.url();
        Class<IllegalArgumentException> kind = IllegalArgumentException.class;
        assertSays(refused(kind, url, options("x", Duration.ofMillis(500), Map.of())), "500ms", "minimum of 1000ms");
        assertSays(refused(kind, url, options("x", Duration.ofSeconds(90), Map.of())), "90000ms", "maximum of 40000ms");
        assertSays(refused(kind, url, options("x", Duration.ofHours(25), Map.of())), "24h");
        assertSays(refused(kind, url, options("x", Duration.ZERO, Map.of())), "leaseTime 0ms");
    }

    @Test
    void aParameterMakesNoSense() throws Exception {
        Class<IllegalArgumentException> kind = IllegalArgumentException.class;
        Duration lease = Duration.ofSeconds(2);
        assertSays(refused(kind, store.url(), options("x", lease, Map.of("acl", "some"))), "acl=open");
        assertSays(
                refused(kind, store.url(), options("x", lease, Map.of("client.zookeeper.sslx", "1"))),
                "client.zookeeper.sslx",
                "zookeeper.client.secure");
        assertSays(refused(kind, "zookeeper://app@127.0.0.1:1", options("x")), "password");
        assertSays(refused(kind, "zookeeper://127.0.0.1:1/zookeeper/x", options("x")), "root");
        assertSays(refused(kind, "zookeeper://127.0.0.1:1/a//b", options("x")), "path");
        assertSays(refused(kind, "zookeeper:nowhere", options("x")), "zookeeper://host:2181");
    }

    @Test
    void theClientLibraryTakesItsOwnParameters() throws Exception {
        String netty = "org.apache.zookeeper.ClientCnxnSocketNetty"; // what TLS needs
        try (ZooKeeperBench bench = new ZooKeeperBench(store)) {
            bench.open(store.url(), bench.context(Map.of("client.zookeeper.clientCnxnSocket", netty)))
                    .acquire("a");
        }
        before.addAll(threads().stream()
                .filter(thread -> thread.getName().startsWith("globalEventExecutor"))
                .toList()); // Netty's own, ends after a second of rest
    }

    @Test
    void theNamespaceBelongsToAnotherUser() throws Exception {
        try (ZooKeeperBench bench = new ZooKeeperBench(store)) {
            String own = "zookeeper://app:secret@127.0.0.1:" + store.port() + "/private";
            Opened owner = bench.open(own);
            assertInstanceOf(Answer.Granted.class, owner.enter(AcquisitionId.random(), "a", true));
            DriverOptions same = options(owner.context().options().namespace());
            for (String credentials : new String[] {"", "app:secretly@", "other:secret@"}) {
                String url = "zookeeper://" + credentials + "127.0.0.1:" + store.port() + "/private";
                assertSays(refused(StoreException.class, url, same), "permission", "setAcl", "/private/");
            }
            Opened beside = bench.open("zookeeper://other:secret@127.0.0.1:" + store.port() + "/private", context());
            assertInstanceOf(Answer.Granted.class, beside.enter(AcquisitionId.random(), "a", true));
        }
    }

    private static RecordingContext context() {
        return new RecordingContext(options("beside"));
    }

    @Test
    void theNamespaceRecordIsOfAnotherModeOrVersion() throws Exception {
        try (ZooKeeperBench bench = new ZooKeeperBench(store)) {
            Opened first = bench.open();
            DriverOptions same = options(first.context().options().namespace());
            String path = bench.path() + "/record";
            for (String record : new String[] {
                "protocol=2\nmode=queue\nscale=1\ntick=x\n", "protocol=1\nmode=other\nscale=1\ntick=x\n", "junk"
            }) {
                bench.raw().setData(path, record.getBytes(StandardCharsets.UTF_8), -1);
                assertSays(refused(StoreException.class, store.url(), same), path, "namespace");
            }
            StoreException running =
                    assertThrows(StoreException.class, () -> first.enter(AcquisitionId.random(), "a", true));
            assertEquals(StoreException.Kind.REFUSED, running.kind(), "a client that runs notices too");
        }
    }

    @Test
    void theTokenFloorAndAnotherStoresClockAreKept() throws Exception {
        try (ZooKeeperBench bench = new ZooKeeperBench(store)) {
            long first = bench.open().acquire("a").token();
            DriverOptions plain = bench.context(Map.of()).options();
            long floor = first + 3_600_000_000L;
            DriverOptions floored = new DriverOptions(
                    plain.namespace(),
                    plain.leaseTime(),
                    plain.connectTimeout(),
                    plain.storeTimeout(),
                    floor,
                    Map.of());
            long second = bench.open(store.url(), new RecordingContext(floored))
                    .acquire("b")
                    .token();
            assertTrue(second > floor);
            RecordingContext ahead = bench.context(Map.of());
            ahead.shiftClock(7_200_000_000L);
            assertTrue(bench.open(store.url(), ahead).acquire("c").token() > second + 3_000_000_000L);
            RecordingContext behind = bench.context(Map.of());
            behind.shiftClock(-7_200_000_000L);
            assertTrue(bench.open(store.url(), behind).acquire("d").token() > second + 3_000_000_000L);
        }
    }

    @Test
    void clientsByUrlAndOverAFrameworkExcludeEachOther() throws Exception {
        try (ZooKeeperBench bench = new ZooKeeperBench(store);
                LockClient byUrl = Locks.open(store.url() + "?namespace=both&leaseTime=2s")) {
            CuratorFramework curator = bench.curator(store.port(), 2_000);
            ClientOptions options = ClientOptions.builder()
                    .namespace("both")
                    .leaseTime(Duration.ofSeconds(2))
                    .build();
            try (LockClient over = ZooKeeperLocks.over(curator, options);
                    Lease lease = byUrl.named("a").acquire(Duration.ofSeconds(2))) {
                assertTrue(over.named("a").tryAcquire().isEmpty());
                lease.release();
                assertTrue(over.named("a")
                                .tryAcquire(Duration.ofSeconds(2))
                                .orElseThrow()
                                .fencingToken()
                        > lease.fencingToken());
            }
            assertTrue(curator.getZookeeperClient().isConnected());
        }
    }
}
