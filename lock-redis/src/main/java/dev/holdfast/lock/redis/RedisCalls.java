package dev.holdfast.lock.redis;

import java.util.List;

/**
 * The four commands the driver sends, over connections of its own or over a client of the user. None is ever repeated
 * by an implementation. They throw {@code JedisException} when a request failed or was refused, {@code StoreException}
 * when it was certainly never sent, and {@code InterruptedException} only before anything was sent.
 */
interface RedisCalls extends AutoCloseable {
    Object evalsha(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException;

    Object eval(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException;

    String info(Deadline deadline) throws InterruptedException;

    void delete(String key, Deadline deadline) throws InterruptedException;

    @Override
    void close();
}
