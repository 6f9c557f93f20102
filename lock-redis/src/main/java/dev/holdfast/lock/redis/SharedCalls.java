package dev.holdfast.lock.redis;

import java.util.List;
import redis.clients.jedis.UnifiedJedis;

/**
 * Over a client of the user, which stays open. Its own timeouts and pool bound the requests, for Jedis takes none with
 * a call. Should its executor repeat a request, validity still counts from the first sending.
 */
final class SharedCalls implements RedisCalls {
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
    public void close() {
        // The user's client is the user's to close.
    }
}
