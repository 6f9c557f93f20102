package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.LockUrl;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Asks the sentinels where the primary is: the one that answered last, then the others, each within its share of the
 * time, so that one which hangs cannot use up all of it. Safe for use by several threads.
 */
final class RedisSentinels implements RedisTarget {
    private final List<LockUrl.Host> sentinels;
    private final String primary;
    private final ThreadFactory threads;
    private final AtomicInteger answering = new AtomicInteger();

    /** @param primary the name under which the sentinels watch it */
    RedisSentinels(List<LockUrl.Host> sentinels, String primary, ThreadFactory threads) {
        this.sentinels = List.copyOf(sentinels);
        this.primary = primary;
        this.threads = threads;
    }

    @Override
    public LockUrl.Host find(Deadline deadline) throws IOException, InterruptedException {
        IOException failure = new IOException("no time was left to ask a sentinel");
        int first = answering.get();
        for (int i = 0; i < sentinels.size() && !deadline.isOver(); i++) {
            int which = (first + i) % sentinels.size();
            Duration share = Duration.ofNanos(deadline.nanos() / (sentinels.size() - i));
            try {
                LockUrl.Host found = ask(sentinels.get(which), deadline.atMost(share));
                answering.set(which);
                return found;
            } catch (IOException | JedisException e) {
                failure = new IOException("sentinel " + sentinels.get(which) + ": " + e.getMessage(), e);
            }
        }
        throw failure;
    }

    private LockUrl.Host ask(LockUrl.Host sentinel, Deadline deadline) throws IOException, InterruptedException {
        RedisLink link = new RedisLink(
                any -> sentinel, DefaultJedisClientConfig.builder().build(), false, threads);
        try {
            link.open(deadline);
            Connection connection = link.connection(deadline);
            Object reply = connection.executeCommand(new CommandArguments(Protocol.Command.SENTINEL)
                    .add("get-master-addr-by-name")
                    .add(primary));
            if (reply instanceof List<?> address && address.size() == 2) {
                return new LockUrl.Host(text(address.get(0)), Integer.parseInt(text(address.get(1))));
            }
            throw new IOException("watches no primary of the name '" + primary + "'");
        } finally {
            link.close();
        }
    }

    private static String text(Object element) {
        return element instanceof byte[] bytes ? SafeEncoder.encode(bytes) : String.valueOf(element);
    }
}
