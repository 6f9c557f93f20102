package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The watches of waiters on the entry before their own: when it goes, the engine is asked to look. A watch may lose its
 * event, or end; the poll is the fallback.
 */
final class EtcdWatches {
    private record Armed(ByteSequence key, Watch.Watcher watcher) {}

    private final EtcdConnection connection;
    private final DriverContext context;
    private final Map<AcquisitionId, Armed> armed = new ConcurrentHashMap<>();

    EtcdWatches(EtcdConnection connection, DriverContext context) {
        this.connection = connection;
        this.context = context;
    }

    /** Watches {@code key} for this acquire, in place of what it watched before, for events after {@code revision}. */
    void arm(AcquisitionId id, ByteSequence key, long revision) {
        Armed before = armed.get(id);
        if (before != null && before.key().equals(key) && !before.watcher().isClosed()) {
            return;
        }
        drop(id);
        WatchOption option = WatchOption.builder()
                .withRevision(revision + 1)
                .withNoPut(true)
                .withRequireLeader(true)
                .build();
        Watch.Watcher watcher = connection.client().getWatchClient().watch(key, option, response -> {
            if (response.getEvents().stream().anyMatch(e -> e.getEventType() == WatchEvent.EventType.DELETE)) {
                context.look(id);
            }
        });
        armed.put(id, new Armed(key, watcher));
    }

    void drop(AcquisitionId id) {
        Armed old = armed.remove(id);
        if (old != null) {
            old.watcher().close();
        }
    }

    /** For tests: how many watches are open. */
    int size() {
        return armed.size();
    }

    void close() {
        armed.keySet().forEach(this::drop);
    }
}
