package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Listens on this client's channel, on one connection and one thread, and comes back when the connection is lost. While
 * somebody waits, a silent connection is asked for an answer; one that stays silent is given up.
 */
final class RedisSubscriber implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisSubscriber.class);
    private static final long SHORTEST_PAUSE = 125;
    private static final long LONGEST_PAUSE = 1_000;
    private static final Duration SHORTEST_CHECK = Duration.ofSeconds(1);

    private final DriverContext context;
    private final RedisCalls calls;
    private final RedisWaiters waiters;
    private final String channel = RedisLayout.channel(AcquisitionId.random());
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch firstTry = new CountDownLatch(1);
    private final CountDownLatch firstMessage = new CountDownLatch(1);
    private final Thread thread;
    private final long checkNanos;
    private volatile @Nullable Listener current;
    private volatile boolean confirmed;
    private volatile @Nullable Future<?> checks;

    RedisSubscriber(DriverContext context, RedisCalls calls, RedisWaiters waiters, Duration leaseTime) {
        this.context = context;
        this.calls = calls;
        this.waiters = waiters;
        Duration third = leaseTime.dividedBy(3);
        this.checkNanos = (third.compareTo(SHORTEST_CHECK) > 0 ? third : SHORTEST_CHECK).toNanos();
        this.thread = context.threads().newThread(this::listen);
    }

    private final class Listener extends JedisPubSub {
        private volatile long heard;
        private volatile long asked;
        private volatile boolean awaited;
        private volatile boolean subscribed;

        @Override
        public void onSubscribe(String name, int count) {
            heard = context.ticker().nanos();
            if (subscribed) {
                return; // the answer to a question
            }
            if (closing.getCount() == 0) {
                unsubscribe();
                return;
            }
            calls.subscribed();
            subscribed = true;
            firstTry.countDown();
            waiters.lookAll();
        }

        @Override
        public void onMessage(String name, String message) {
            heard = context.ticker().nanos();
            firstMessage.countDown();
            waiters.message(message);
        }
    }

    /** Subscribes; returns when that has worked or failed, or the deadline has come. */
    void start(Deadline deadline) throws InterruptedException {
        thread.start();
        boolean ignored = firstTry.await(Math.max(0, deadline.nanos()), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits for the first message, which the rehearsal at open has published to this very channel.
     *
     * @return whether grants come through
     */
    boolean confirm(Deadline deadline) throws InterruptedException {
        confirmed = firstMessage.await(Math.max(0, deadline.nanos()), TimeUnit.NANOSECONDS);
        if (confirmed) {
            checks = context.timer().scheduleWithFixedDelay(this::check, checkNanos, checkNanos, TimeUnit.NANOSECONDS);
        }
        return confirmed;
    }

    /** Where a grant reaches this client now; {@code -} when it has to poll. */
    String channel() {
        Listener listener = current;
        return listener != null && listener.subscribed ? channel : RedisLayout.NO_CHANNEL;
    }

    /** As {@link #channel()}, for waiters: only once a message has come through. */
    String confirmedChannel() {
        return confirmed ? channel() : RedisLayout.NO_CHANNEL;
    }

    private void listen() {
        long pause = SHORTEST_PAUSE;
        try {
            while (closing.getCount() > 0) {
                Listener listener = new Listener();
                current = listener;
                subscribe(listener);
                pause = listener.subscribed ? SHORTEST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
                listener.subscribed = false;
                firstTry.countDown();
                boolean ignored = closing.await(pause, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            LOG.debug("Interrupted; waiters poll", e);
        } finally {
            firstTry.countDown();
        }
    }

    private void subscribe(Listener listener) throws InterruptedException {
        Deadline deadline = Deadline.after(context.ticker(), context.options().storeTimeout());
        try {
            calls.subscribe(listener, channel, deadline);
        } catch (StoreException | JedisException e) {
            LOG.debug("The subscription ended; waiters poll until there is another", e);
        }
    }

    private void check() {
        Listener listener = current;
        if (listener == null || !listener.subscribed || waiters.isEmpty()) {
            return;
        }
        try {
            long now = context.ticker().nanos();
            if (listener.awaited && listener.heard - listener.asked < 0) {
                calls.unsubscribe(listener);
            } else if (now - listener.heard > checkNanos) {
                listener.asked = now;
                listener.awaited = true;
                // Not a ping: Jedis 8 notes that it expects the pong after sending, and ends the subscription if the
                // answer is quicker. To subscribe again changes nothing, and the server answers it.
                listener.subscribe(channel);
            }
        } catch (JedisException e) {
            // The reading thread sees the same failure and connects again.
            LOG.trace("Cannot ask the subscription for an answer", e);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        Future<?> scheduled = checks;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
        Listener listener = current;
        if (listener != null) {
            calls.unsubscribe(listener);
        }
        joinWithin(context.options().storeTimeout());
    }

    private void joinWithin(Duration bound) {
        boolean interrupted = Thread.interrupted();
        try {
            if (thread != Thread.currentThread()) {
                thread.join(bound.toMillis());
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
