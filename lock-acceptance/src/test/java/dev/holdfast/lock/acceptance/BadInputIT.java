package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** One clear message that names the fix, no secret in it, threads and sockets as before: what every store shares. */
@Tag("A7")
class BadInputIT {
    private static final Map<StoreKind, String> CREDENTIALS = Map.of(
            StoreKind.REDIS, "someone:s3cret@",
            StoreKind.ETCD, "someone:s3cret@",
            StoreKind.ZOOKEEPER, "someone:s3cret@",
            StoreKind.POSTGRES, "someone:s3cret@");

    /** Opening this URL fails with a message that has each of these pieces, and leaves nothing. */
    static void refused(String url, String... pieces) throws Exception {
        Footprint before = Footprint.now();
        LockException[] refusal = new LockException[1];
        Duration took = Await.took(() -> refusal[0] = assertThrows(LockException.class, () -> Locks.open(url)));
        String message = String.valueOf(refusal[0].getMessage());
        System.out.println("A7 " + message);
        for (String piece : pieces) {
            assertTrue(message.contains(piece), () -> "'" + piece + "' is not in: " + message);
        }
        for (Throwable cause = refusal[0]; cause != null; cause = cause.getCause()) {
            assertFalse(String.valueOf(cause.getMessage()).contains("s3cret"), () -> "a secret: " + message);
        }
        assertFalse(message.contains("\n"), () -> "more than one line: " + message);
        assertTrue(took.compareTo(Duration.ofSeconds(7)) <= 0, () -> "took " + took);
        before.restored("'" + message + "'");
    }

    private static Stream<DynamicTest> variants(ThrowingConsumer<Variant> test) {
        return Arrays.stream(Variant.values())
                .map(variant -> DynamicTest.dynamicTest(variant.store(), () -> test.accept(variant)));
    }

    private static String url(Variant variant, int port) {
        return variant.url(url(variant.kind(), port));
    }

    private static String url(StoreKind kind, int port) {
        return kind.scheme() + "://" + CREDENTIALS.get(kind) + "127.0.0.1:" + port
                + (kind == StoreKind.POSTGRES ? "/holdfast" : "") + "?connectTimeout=3s";
    }

    @Test
    void aSchemeThatNobodyKnowsIsNamedWithThoseThatAreThere() throws Exception {
        refused("mongodb://u:s3cret@h", "no provider for scheme 'mongodb'", "etcd", "postgresql", "redis", "zookeeper");
    }

    @TestFactory
    Stream<DynamicTest> aPortThatNobodyListensOn() {
        return variants(variant -> {
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            refused(url(variant, port), "127.0.0.1:" + port);
        });
    }

    @TestFactory
    Stream<DynamicTest> aPortThatListensAndSaysNothing() {
        return variants(variant -> {
            try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                refused(url(variant, silent.getLocalPort()), "127.0.0.1:" + silent.getLocalPort());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> anotherStoreOnThePort() {
        return variants(variant -> {
            for (StoreKind other : StoreKind.values()) {
                if (other != variant.kind()) {
                    RunningStore there = StoreRack.store(other);
                    refused(url(variant, there.port()), "127.0.0.1:" + there.port());
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> leaseTimesOutOfBoundsAndUnknownParameters() {
        return variants(variant -> {
            String url = StoreRack.everyUrl("bad-input").get(variant.store());
            refused(url + "&leaseTime=0s", "leaseTime", "longer than zero");
            refused(url + "&leaseTime=50ms", "leaseTime");
            refused(url + "&leaseTime=25h", "leaseTime", "24 h");
            refused(url + "&leaseTime=soon", "leaseTime=soon", "250ms");
            refused(url + "&colour=red", "unknown parameter 'colour'", "namespace");
            refused(url + "&client.colour=red", "client.colour");
        });
    }

    @TestFactory
    Stream<DynamicTest> namesAndWaitsAreRefusedBeforeTheStoreIsAsked() {
        return variants(variant -> {
            try (LockClient locks = Locks.open(StoreRack.everyUrl("bad-input").get(variant.store()))) {
                for (String name : List.of("", "x".repeat(513), "a\uD83D", "a\0b")) {
                    IllegalArgumentException refusal =
                            assertThrows(IllegalArgumentException.class, () -> locks.named(name));
                    assertTrue(String.valueOf(refusal.getMessage()).contains("lock name"));
                }
                IllegalArgumentException negative = assertThrows(
                        IllegalArgumentException.class, () -> locks.named("a").acquire(Duration.ofSeconds(-1)));
                assertTrue(String.valueOf(negative.getMessage()).contains("maxWait"));
            }
        });
    }

    /** A JVM with the API alone, as one where somebody forgot a dependency. */
    @Test
    void aModuleThatIsNotOnTheClassPathIsNamed() throws IOException, InterruptedException {
        String classPath = Stream.of(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .filter(entry -> entry.matches(".*(lock-api|slf4j|failsafe|lock-acceptance).*"))
                .reduce((a, b) -> a + System.getProperty("path.separator") + b)
                .orElseThrow();
        for (StoreKind kind : StoreKind.values()) {
            Process child = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            classPath,
                            OpenMain.class.getName(),
                            url(kind, 1))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(child.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertEquals(1, child.waitFor(), said);
            String artifact = kind == StoreKind.POSTGRES ? "lock-postgres" : "lock-" + kind.scheme();
            assertTrue(said.contains("add the dependency dev.holdfast:" + artifact), said);
            assertFalse(said.contains("s3cret"), said);
        }
    }
}
