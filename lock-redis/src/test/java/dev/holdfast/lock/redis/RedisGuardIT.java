package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisDataException;

/** The guard inside scripts of an application, and what a register leaves in Redis. */
class RedisGuardIT {
    private static final String POST = RedisGuard.LUA
            + """
            local mark = holdfast_guard(KEYS[1], ARGV[1])
            if mark then
              return redis.error_reply('STALE ' .. mark)
            end
            return redis.call('INCRBY', KEYS[2], ARGV[2])
            """;
    private static final List<String> KEYS = List.of("ledger:guard", "ledger");

    private static RedisServer server;
    private RedisClient admin;

    @BeforeAll
    static void start() {
        server = RedisServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        admin = server.admin();
    }

    @AfterEach
    void close() {
        admin.flushAll();
        admin.close();
    }

    private Object post(long token, int amount) {
        return admin.eval(POST, KEYS, List.of(Long.toString(token), Integer.toString(amount)));
    }

    @Test
    void aScriptOfTheUserRefusesALowerTokenAndChangesNothing() {
        assertEquals(100L, post(10, 100));
        assertEquals(101L, post(10, 1));
        assertEquals(103L, post(11, 2));
        JedisDataException stale = assertThrows(JedisDataException.class, () -> post(10, 1_000));
        assertTrue(String.valueOf(stale.getMessage()).startsWith("STALE 11"), stale.getMessage());
        assertEquals("103", admin.get("ledger"));
        assertEquals("11", admin.hget("ledger:guard", "mark"));
    }

    @Test
    void tokensAreExactOverSixtyThreeBits() {
        post(Long.MAX_VALUE - 1, 1);
        assertThrows(JedisDataException.class, () -> post(Long.MAX_VALUE - 2, 1));
        post(Long.MAX_VALUE, 1);
        assertThrows(JedisDataException.class, () -> post(9, 1));
        assertEquals("2", admin.get("ledger"));
    }

    @Test
    void aRegisterIsOneHashThatNeverExpires() {
        try (LockClient locks = Locks.open(server.url() + "?namespace=test")) {
            locks.register("a{b}").write(5, new byte[] {1, 2, 3});
            String key = "hf:r1:{test/a%7Bb%7D}";
            assertEquals("5", admin.hget(key, "mark"));
            assertEquals("AQID", admin.hget(key, "value"));
            assertEquals(-1, admin.ttl(key));
            assertTrue(locks.register("a").read(1).isEmpty());
        }
    }

    @Test
    void withoutMemoryAWriteIsProvenNotDone() {
        try (LockClient locks = Locks.open(server.url() + "?namespace=full")) {
            locks.register("a").write(5, new byte[] {1});
            admin.configSet("maxmemory", "1");
            try {
                assertThrows(StoreUnavailableException.class, () -> locks.register("a")
                        .write(6, new byte[] {2}));
            } finally {
                admin.configSet("maxmemory", "0");
            }
            assertEquals(1, locks.register("a").read(5).orElseThrow()[0]);
        }
    }
}
