package dev.holdfast.lock.redis;

import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.util.Pool;

/**
 * Over a pool of the user, which stays open: one of its connections for each request under way, and one for the
 * subscription. Its own timeouts bound the requests. Jedis itself keeps a connection that broke from going back.
 */
final class JedisPoolCalls implements RedisCalls {
    private final Pool<Jedis> pool;

    JedisPoolCalls(Pool<Jedis> pool) {
        this.pool = pool;
    }

    @Override
    public Object evalsha(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline) {
        try (Jedis jedis = pool.getResource()) {
            return jedis.evalsha(script.sha(), keys, arguments);
        }
    }

    @Override
    public Object eval(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline) {
        try (Jedis jedis = pool.getResource()) {
            return jedis.eval(script.text(), keys, arguments);
        }
    }

    @Override
    public String info(Deadline deadline) {
        try (Jedis jedis = pool.getResource()) {
            return jedis.info();
        }
    }

    @Override
    public void delete(String key, Deadline deadline) {
        try (Jedis jedis = pool.getResource()) {
            jedis.del(key);
        }
    }

    @Override
    public void subscribe(JedisPubSub listener, String channel, Deadline deadline) {
        try (Jedis jedis = pool.getResource()) {
            jedis.subscribe(listener, channel);
        }
    }

    @Override
    public void subscribed() {
        // Jedis lifts its own timeout.
    }

    @Override
    public void unsubscribe(JedisPubSub listener) {
        SharedCalls.end(listener);
    }

    @Override
    public void close() {
        // The user's pool is the user's to close.
    }
}
