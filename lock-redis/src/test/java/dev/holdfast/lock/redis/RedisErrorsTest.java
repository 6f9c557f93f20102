package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.StoreException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

class RedisErrorsTest {
    private static StoreException.Kind kind(String reply) {
        return RedisErrors.reply("redis://h:1", new JedisDataException(reply)).kind();
    }

    @Test
    void anErrorReplyIsWhatItProves() {
        assertEquals(StoreException.Kind.NOT_EXECUTED, kind("LOADING Redis is loading the dataset in memory"));
        assertEquals(
                StoreException.Kind.NOT_EXECUTED,
                kind("OOM command not allowed when used memory > 'maxmemory'. script: 1, on @user_script:2."));
        // Redis 6
        assertEquals(
                StoreException.Kind.NOT_EXECUTED,
                kind("ERR Error running script (call to f_12): @user_script:3: -OOM command not allowed"));
        assertEquals(StoreException.Kind.REFUSED, kind("READONLY You can't write against a read only replica."));
        assertEquals(StoreException.Kind.REFUSED, kind("NOPERM this user has no permissions"));
        assertEquals(StoreException.Kind.REFUSED, kind("NOAUTH Authentication required."));
        assertEquals(StoreException.Kind.UNKNOWN, kind("ERR Error running script: attempt to index a nil value"));
        assertEquals(StoreException.Kind.UNKNOWN, kind("WRONGTYPE Operation against a key"));
    }

    @Test
    void aLostReplyIsUnknownAndAFailedConnectIsNot() {
        var timeout = new JedisConnectionException(new SocketTimeoutException("Read timed out"));
        StoreException lost = RedisErrors.noReply("redis://h:1", timeout);
        assertEquals(StoreException.Kind.UNKNOWN, lost.kind());
        assertTrue(String.valueOf(lost.getMessage()).contains("redis://h:1 did not answer in time"));
        assertEquals(
                StoreException.Kind.NOT_EXECUTED,
                RedisErrors.unreachable("redis://h:1", timeout).kind());
        assertEquals(
                StoreException.Kind.REFUSED,
                RedisErrors.unreachable("redis://h:1", new JedisConnectionException("Unknown reply: H"))
                        .kind());
    }
}
