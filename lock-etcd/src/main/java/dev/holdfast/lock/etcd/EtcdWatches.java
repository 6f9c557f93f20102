package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockName;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One standing watch for each lock that this client waits for: when the entry before a waiter's own goes, the engine is
 * asked to look. It stands from the first wait until nobody has waited for a while, because etcd serves a watch that
 * begins at a past revision only every 100 ms, and never begins at one itself. A watch may lose its event, or end; the
 * poll is the fallback.
 */
final class EtcdWatches {
    private static final long IDLE_SECONDS = 2;

    private record Standing(EtcdQueueWatch queue, Watch.Watcher watcher) {}

    private final EtcdConnection connection;
    private final EtcdLayout layout;
    private final DriverContext context;
    private final Map<LockName, Standing> standing = new ConcurrentHashMap<>();
    private final ScheduledFuture<?> idle;
    private volatile boolean closed;

    EtcdWatches(EtcdConnection connection, EtcdLayout layout, DriverContext context) {
        this.connection = connection;
        this.layout = layout;
        this.context = context;
        this.idle = context.timer().scheduleWithFixedDelay(this::endIdle, IDLE_SECONDS, IDLE_SECONDS, TimeUnit.SECONDS);
    }

    /** From now on {@code ahead} is the entry before that of this acquire, as it was at {@code revision}. */
    void arm(AcquisitionId id, LockName name, ByteSequence ahead, long revision) {
        while (!closed) {
            Standing watch = standing.computeIfAbsent(name, this::open);
            if (watch.queue().arm(id, ahead, revision)) {
                break;
            }
            end(name, watch);
        }
        if (closed) {
            close(); // whichever of the two comes second ends what this call may have opened
        }
    }

    void drop(AcquisitionId id, LockName name) {
        Standing watch = standing.get(name);
        if (watch != null) {
            watch.queue().disarm(id);
        }
    }

    private Standing open(LockName name) {
        EtcdQueueWatch queue = new EtcdQueueWatch(context);
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withNoPut(true)
                .withCreateNotify(true)
                .withRequireLeader(true)
                .build();
        return new Standing(queue, connection.client().getWatchClient().watch(layout.queue(name), option, queue));
    }

    private void endIdle() {
        standing.forEach((name, watch) -> {
            if (watch.queue().endIfIdle()) {
                end(name, watch);
            }
        });
    }

    private void end(LockName name, Standing watch) {
        standing.remove(name, watch);
        watch.watcher().close();
    }

    /** For tests: how many acquires wait for an entry to go. */
    int size() {
        return standing.values().stream()
                .mapToInt(watch -> watch.queue().waiters())
                .sum();
    }

    void close() {
        closed = true;
        idle.cancel(false);
        standing.forEach(this::end);
    }
}
