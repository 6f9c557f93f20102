package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.util.SafeEncoder;

/** Bounded requests, and what became of them in terms of {@link StoreException}. Safe for use by several threads. */
final class RedisConnection implements AutoCloseable {
    private final String store;
    private final Ticker ticker;
    private final RedisCalls calls;

    RedisConnection(String store, Ticker ticker, RedisCalls calls) {
        this.store = store;
        this.ticker = ticker;
        this.calls = calls;
    }

    /** The store as messages name it. */
    String store() {
        return store;
    }

    @FunctionalInterface
    private interface Request<T> {
        T send() throws InterruptedException;
    }

    /**
     * Runs a script that answers with whole numbers.
     *
     * @throws InterruptedException if the thread was interrupted; the outcome is unknown then
     */
    List<Long> run(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        List<?> reply = mapped(() -> evaluate(script, keys, arguments, deadline));
        List<Long> numbers = new ArrayList<>(reply.size());
        for (Object element : reply) {
            numbers.add((Long) element);
        }
        return numbers;
    }

    /** As {@link #run}, to the end also on a thread that was interrupted, which then stays so. */
    List<Long> finish(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline) {
        return uninterrupted(() -> run(script, keys, arguments, deadline));
    }

    /** Whether a batch must be run by {@link #finishEach}. */
    boolean isCluster() {
        return calls.isCluster();
    }

    /**
     * Runs a script that takes a list of locks for each of these alone, as {@link #finish}; empty where it failed.
     *
     * @throws StoreException why, if it failed for all of them
     */
    List<Optional<Long>> finishEach(
            RedisScript script, List<String> keys, List<List<String>> arguments, Deadline deadline) {
        List<Object> replies = uninterrupted(() -> mapped(() -> calls.evalEach(script, keys, arguments, deadline)));
        List<Optional<Long>> results = new ArrayList<>(replies.size());
        for (Object reply : replies) {
            results.add(reply instanceof List<?> numbers ? Optional.of((Long) numbers.get(0)) : Optional.<Long>empty());
        }
        if (results.stream().noneMatch(Optional::isPresent)) {
            throw failure(replies.get(0));
        }
        return results;
    }

    private StoreException failure(Object instead) {
        if (instead instanceof StoreException known) {
            return known;
        }
        return instead instanceof JedisDataException error
                ? RedisErrors.reply(store, error)
                : RedisErrors.noReply(store, (RuntimeException) instead);
    }

    /** Runs the script for a register, to the end as {@link #finish}. */
    List<String> register(String key, List<String> arguments, Deadline deadline) {
        return uninterrupted(() -> texts(RedisScript.REGISTER, key, arguments, deadline));
    }

    private <T> T uninterrupted(Request<T> request) {
        // Taken away first: a virtual thread that is interrupted cannot read from a socket.
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return request.send();
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (e.getCause() instanceof RuntimeException failure) {
                        throw RedisErrors.noReply(store, failure);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs the script for the namespace record. */
    List<String> record(String key, List<String> arguments, Deadline deadline) throws InterruptedException {
        return texts(RedisScript.RECORD, key, arguments, deadline);
    }

    /** Runs a script that answers with texts. */
    List<String> texts(RedisScript script, String key, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        return mapped(() -> evaluate(script, List.of(key), arguments, deadline)).stream()
                .map(field -> field instanceof byte[] bytes ? SafeEncoder.encode(bytes) : String.valueOf(field))
                .toList();
    }

    /** The answer of {@code INFO}; empty if this user must not ask. */
    Optional<String> info(Deadline deadline) throws InterruptedException {
        return mapped(() -> {
            try {
                return Optional.of(calls.info(deadline));
            } catch (JedisDataException e) {
                if (RedisErrors.code(String.valueOf(e.getMessage())).equals("NOPERM")) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    void delete(String key, Deadline deadline) throws InterruptedException {
        mapped(() -> {
            calls.delete(key, deadline);
            return key;
        });
    }

    Deadline within(Duration timeout) {
        return Deadline.after(ticker, timeout);
    }

    private List<?> evaluate(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        try {
            return (List<?>) calls.evalsha(script, keys, arguments, deadline);
        } catch (JedisNoScriptException e) {
            // Restarted, failed over or flushed: NOSCRIPT proves that nothing was executed.
            return (List<?>) calls.eval(script, keys, arguments, deadline);
        }
    }

    private <T> T mapped(Request<T> request) throws InterruptedException {
        try {
            return request.send();
        } catch (StoreException e) {
            throw e;
        } catch (JedisDataException e) {
            throw RedisErrors.reply(store, e);
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                // An interrupt ends the read of a virtual thread.
                InterruptedException interrupt = new InterruptedException(store + ": interrupted in a request");
                interrupt.initCause(e);
                throw interrupt;
            }
            throw RedisErrors.noReply(store, e);
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
