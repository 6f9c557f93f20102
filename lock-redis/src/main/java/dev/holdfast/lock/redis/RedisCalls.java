package dev.holdfast.lock.redis;

import java.util.List;
import redis.clients.jedis.JedisPubSub;

/**
 * What the driver sends, over connections of its own or over a client of the user. None is ever repeated
 * by an implementation. They throw {@code JedisException} when a request failed or was refused, {@code StoreException}
 * when it was certainly never sent, and {@code InterruptedException} only before anything was sent.
 */
interface RedisCalls extends AutoCloseable {
    /** The reply of a script; text in it may come as {@code String} or as the bytes that Redis sent. */
    Object evalsha(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException;

    Object eval(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException;

    /** Whether a script takes the keys of one slot only, so that a batch of locks is a script for each. */
    default boolean isCluster() {
        return false;
    }

    /**
     * Runs a script for each of these keys, in as few round trips as there are nodes; where {@link #isCluster()}.
     *
     * @return for each key the reply, or the exception in its place
     */
    default List<Object> evalEach(
            RedisScript script, List<String> keys, List<List<String>> arguments, Deadline deadline)
            throws InterruptedException {
        throw new UnsupportedOperationException("one script takes all keys");
    }

    String info(Deadline deadline) throws InterruptedException;

    void delete(String key, Deadline deadline) throws InterruptedException;

    /**
     * Listens on a channel until the connection ends; the deadline bounds connecting and subscribing. One at a time.
     *
     * @throws redis.clients.jedis.exceptions.JedisException when the connection ends other than by unsubscribing
     */
    void subscribe(JedisPubSub listener, String channel, Deadline deadline) throws InterruptedException;

    /** Called by the listener once it is subscribed: from now on it may wait for messages without end. */
    void subscribed();

    /** Ends {@link #subscribe}, from another thread. Does not throw. */
    void unsubscribe(JedisPubSub listener);

    @Override
    void close();
}
