package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockUrl;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a failover while the connections to the former primary are still alive, as when only the sentinels cannot
 * reach it: asks once a second where the primary is, on a thread of its own. A sentinel itself closes the connections
 * to a primary that it demotes, so this is the second line.
 */
final class PrimaryWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryWatch.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final RedisTarget target;
    private final DriverContext context;
    private final Runnable moved;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** @param moved called when the primary is elsewhere */
    PrimaryWatch(RedisTarget target, DriverContext context, Runnable moved) {
        this.target = target;
        this.context = context;
        this.moved = moved;
        this.thread = context.threads().newThread(this::watch);
        thread.start();
    }

    private void watch() {
        LockUrl.@Nullable Host last = null;
        try {
            do {
                try {
                    LockUrl.Host now = target.find(Deadline.after(context.ticker(), PAUSE));
                    if (last != null && !last.equals(now)) {
                        LOG.info("The primary is {} now, no more {}", now, last);
                        moved.run();
                    }
                    last = now;
                } catch (IOException e) {
                    LOG.debug("No sentinel answers", e);
                }
            } while (!closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("Interrupted; a failover is seen when connections end", e);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(context.options().storeTimeout().toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
