package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.RedisClient;

/** One server for a test class; for each test an empty store, a client, and one with the briefest lease time. */
abstract class RedisStage {
    static RedisServer server;
    static RedisClient admin;
    TestClient client;
    TestClient brief;

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
    void open() {
        admin.flushAll();
        client = TestClient.open(server.url());
        brief = TestClient.open(server.url(), Duration.ofMillis(200));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        brief.close();
    }

    static Grant untilGranted(TestClient by, String name) throws InterruptedException {
        List<Grant> result = new ArrayList<>();
        Poll.until(name + " becomes free", () -> {
            try {
                if (by.attempt(name) instanceof Answer.Granted answer) {
                    result.add(answer.grant());
                }
            } catch (StoreException notYet) {
                assertEquals(StoreException.Kind.NOT_EXECUTED, notYet.kind(), notYet.getMessage());
            }
            return !result.isEmpty();
        });
        return result.get(0);
    }

    static ReleaseOutcome release(TestClient by, Grant grant) {
        return by.driver.release(List.of(grant)).get(0);
    }

    static Renewal renew(TestClient by, Grant grant) {
        return by.driver.renew(List.of(grant)).get(0);
    }
}
