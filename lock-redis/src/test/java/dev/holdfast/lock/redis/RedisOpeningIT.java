package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** What must be refused at open, with a message that names the fix, and with nothing left behind (rules P4, E1). */
class RedisOpeningIT {
    private static RedisServer server;
    private static RedisClient admin;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start();
        admin = server.admin();
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        server.close();
    }

    @BeforeEach
    void wipe() {
        admin.flushAll();
    }

    private static String failure(StoreException.Kind kind, String url) {
        long since = System.nanoTime();
        StoreException failure = assertThrows(StoreException.class, () -> TestClient.open(url));
        assertEquals(kind, failure.kind(), failure.getMessage());
        assertTrue(System.nanoTime() - since < Duration.ofMillis(2_500).toNanos(), "within connectTimeout");
        String message = String.valueOf(failure.getMessage());
        assertFalse(message.contains("sesame"), message);
        return message;
    }

    private static String refusal(String url) {
        return failure(StoreException.Kind.REFUSED, url);
    }

    private static void assertNames(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void aGoodServerIsDescribed() throws Exception {
        try (TestClient client = TestClient.open(server.url())) {
            var info = client.driver.info();
            assertEquals("Redis", info.store());
            assertTrue(info.version().matches("\\d+\\.\\d+\\.\\d+"), info.version());
            assertTrue(info.claims().contains(Claim.FIFO));
            assertTrue(info.remarks().isEmpty());
            assertEquals(1, admin.keys("*").size());
            assertEquals("1", admin.hget("hf:meta:{test}", "protocol"));
        }
        Poll.until("connections are closed", () -> server.others() == 1);
    }

    @Test
    void unreachable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertNames(failure(StoreException.Kind.NOT_EXECUTED, "redis://127.0.0.1:" + port), ":" + port, "refused");
        assertNames(failure(StoreException.Kind.NOT_EXECUTED, "redis://no-such-host.invalid"), "no-such-host");
    }

    @Test
    void anotherProtocolOrNone() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "redis://127.0.0.1:" + other.getLocalPort();
            assertNames(failure(StoreException.Kind.NOT_EXECUTED, url), "in time", "Redis server");
            Thread http = new Thread(() -> answerTwice(other));
            http.start();
            // The silent attempt above is still in the backlog, answered by nobody.
            assertNames(refusal(url), "Redis protocol");
            http.join();
        }
    }

    /** Says hello to two clients in a protocol that is not Redis'. */
    private static void answerTwice(ServerSocket server) {
        try {
            for (int i = 0; i < 2; i++) {
                try (Socket socket = server.accept();
                        OutputStream out = socket.getOutputStream()) {
                    out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void credentials() throws Exception {
        try (RedisServer guarded = RedisServer.start("--requirepass", "open-sesame")) {
            String host = "127.0.0.1:" + guarded.port();
            assertNames(refusal("redis://" + host), "password");
            assertNames(refusal("redis://:wrong-sesame@" + host), "password");
            TestClient.open("redis://:open-sesame@" + host).close();
            assertNames(refusal("redis://nobody:open-sesame@" + host), "user or password");
        }
    }

    @Test
    void missingPrivileges() throws Exception {
        server.user("bare", "on >sesame ~hf:* +info");
        assertNames(refusal("redis://bare:sesame@127.0.0.1:" + server.port()), "+evalsha", "ACL SETUSER");
        server.user("keyless", "on >sesame ~other:* +@all");
        assertNames(refusal("redis://keyless:sesame@127.0.0.1:" + server.port()), "~hf:*");
        server.user("readonly", "on >sesame ~hf:* +eval +evalsha +hmget +time +info");
        assertNames(refusal("redis://readonly:sesame@127.0.0.1:" + server.port()), "+hset");
    }

    @Test
    void theDocumentedPrivilegesSuffice() throws Exception {
        server.user("least", "on >sesame resetchannels " + RedisErrors.ACL);
        try (TestClient client = TestClient.open("redis://least:sesame@127.0.0.1:" + server.port() + "/3")) {
            assertTrue(client.driver.info().remarks().isEmpty());
            client.take("a");
        }
        server.user("blind", "on >sesame resetchannels " + RedisErrors.ACL + " -info");
        try (TestClient client = TestClient.open("redis://blind:sesame@127.0.0.1:" + server.port())) {
            assertNames(client.driver.info().remarks().toString(), "+info");
        }
    }

    @Test
    void evictingPolicy() throws Exception {
        admin.configSet("maxmemory-policy", "allkeys-lru");
        try {
            try (TestClient client = TestClient.open(server.url())) {
                assertNames(client.driver.info().remarks().toString(), "allkeys-lru");
            }
            admin.configSet("maxmemory", "100mb");
            assertNames(refusal(server.url()), "allkeys-lru", "noeviction");
        } finally {
            admin.configSet("maxmemory", "0");
            admin.configSet("maxmemory-policy", "noeviction");
        }
    }

    @Test
    void replica() throws Exception {
        try (RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(server.port()))) {
            assertNames(refusal(replica.url()), "replica", "127.0.0.1:" + server.port());
        }
    }

    @Test
    void clusterNode() throws Exception {
        try (RedisServer node = RedisServer.start("--cluster-enabled", "yes")) {
            assertNames(refusal(node.url()), "Cluster");
        }
    }

    @Test
    void anotherNamespaceRecord() {
        admin.hset("hf:meta:{test}", java.util.Map.of("protocol", "2", "mode", "single"));
        assertNames(refusal(server.url()), "protocol 2", "protocol 1", "namespace");
        admin.hset("hf:meta:{test}", java.util.Map.of("protocol", "1", "mode", "redlock"));
        assertNames(refusal(server.url()), "redlock", "single");
    }

    @Test
    void options() {
        for (Duration lease : new Duration[] {Duration.ofMillis(199), Duration.ofHours(25)}) {
            var failure = assertThrows(IllegalArgumentException.class, () -> TestClient.open(server.url(), lease));
            assertNames(String.valueOf(failure.getMessage()), "200ms", "24h");
        }
        for (String end : new String[] {"?client.nonsense=1", "?client.maxTotal=0", "/db", ",127.0.0.1:1"}) {
            assertThrows(IllegalArgumentException.class, () -> TestClient.open(server.url() + end), end);
        }
    }
}
