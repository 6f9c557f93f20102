package dev.holdfast.lock.redis;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Over a client of the user, which stays open. Its own timeouts and pool bound the requests, for Jedis takes none with
 * a call. Should its executor repeat a request, validity still counts from the first sending.
 */
final class SharedCalls implements RedisCalls {
    private static final Logger LOG = LoggerFactory.getLogger(SharedCalls.class);

    private final UnifiedJedis jedis;

    SharedCalls(UnifiedJedis jedis) {
        this.jedis = jedis;
    }

    @Override
    public Object evalsha(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline) {
        return jedis.evalsha(script.sha(), keys, arguments);
    }

    @Override
    public Object eval(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline) {
        return jedis.eval(script.text(), keys, arguments);
    }

    @Override
    public String info(Deadline deadline) {
        return jedis.info();
    }

    @Override
    public void delete(String key, Deadline deadline) {
        jedis.del(key);
    }

    @Override
    public void subscribe(JedisPubSub listener, String channel, Deadline deadline) {
        jedis.subscribe(listener, channel);
    }

    @Override
    public void subscribed() {
        // Jedis lifts its own timeout.
    }

    @Override
    public void unsubscribe(JedisPubSub listener) {
        end(listener);
    }

    static void end(JedisPubSub listener) {
        try {
            listener.unsubscribe();
        } catch (JedisException e) {
            LOG.debug("Cannot unsubscribe; the connection has ended, or ends with the given client", e);
        }
    }

    @Override
    public void close() {
        // The user's client is the user's to close.
    }
}
