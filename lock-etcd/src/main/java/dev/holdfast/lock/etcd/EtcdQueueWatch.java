package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is known from the standing watch on the queue of one lock: which entries went, and who of this client waited for
 * them. A waiter that was armed too late, or before the watch stood, is told to look. Safe for use by several threads;
 * calls nobody under its lock, because jetcd calls back under its own.
 */
final class EtcdQueueWatch implements Watch.Listener {
    /** Entries gone while the answer to an enter was on its way; a waiter that misses one polls. */
    private static final int MOST_GONE = 1024;

    private record Waiter(AcquisitionId id, long revision) {}

    private final DriverContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<AcquisitionId, ByteSequence> ahead = new HashMap<>();
    private final Map<ByteSequence, Waiter> followers = new HashMap<>();
    private final Map<ByteSequence, Long> gone = new LinkedHashMap<>();
    private boolean standing;
    private long since; // every later deletion is reported, once the watch stands
    private boolean used;
    private boolean over;

    EtcdQueueWatch(DriverContext context) {
        this.context = context;
    }

    /**
     * From now on {@code entry} is the one before that of {@code id}, as it was at {@code revision}.
     *
     * @return false if this watch is over
     */
    boolean arm(AcquisitionId id, ByteSequence entry, long revision) {
        List<AcquisitionId> told = new ArrayList<>();
        lock.lock();
        try {
            if (over) {
                return false;
            }
            used = true;
            forget(id);
            ahead.put(id, entry);
            Waiter before = followers.put(entry, new Waiter(id, revision));
            if (before != null) {
                told.add(before.id()); // its place is out of date: an entry has one follower
            }
            if (gone.getOrDefault(entry, 0L) > revision || (standing && revision < since)) {
                told.add(id);
            }
        } finally {
            lock.unlock();
        }
        told.forEach(context::look);
        return true;
    }

    void disarm(AcquisitionId id) {
        lock.lock();
        try {
            forget(id);
        } finally {
            lock.unlock();
        }
    }

    private void forget(AcquisitionId id) {
        ByteSequence entry = ahead.remove(id);
        if (entry != null) {
            followers.computeIfPresent(entry, (key, waiter) -> waiter.id().equals(id) ? null : waiter);
        }
    }

    /** Ends this watch if nobody has used it since the last call and nobody waits. */
    boolean endIfIdle() {
        lock.lock();
        try {
            over = over || (ahead.isEmpty() && !used);
            used = false;
            return over;
        } finally {
            lock.unlock();
        }
    }

    int waiters() {
        lock.lock();
        try {
            return ahead.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onNext(WatchResponse response) {
        List<AcquisitionId> told = new ArrayList<>();
        lock.lock();
        try {
            if (response.isCreatedNotify()) {
                stand(response.getHeader().getRevision(), told);
            }
            for (WatchEvent event : response.getEvents()) {
                if (event.getEventType() == WatchEvent.EventType.DELETE) {
                    went(event.getKeyValue(), told);
                }
            }
        } finally {
            lock.unlock();
        }
        told.forEach(context::look);
    }

    /** Also after a reconnect, whose gap this closes. */
    private void stand(long revision, List<AcquisitionId> told) {
        standing = true;
        since = revision;
        followers.values().stream()
                .filter(waiter -> waiter.revision() < revision)
                .map(Waiter::id)
                .forEach(told::add);
    }

    private void went(KeyValue entry, List<AcquisitionId> told) {
        gone.remove(entry.getKey()); // keys are used again, and the latest to go must be the last to be forgotten
        gone.put(entry.getKey(), entry.getModRevision());
        if (gone.size() > MOST_GONE) {
            gone.remove(gone.keySet().iterator().next());
        }
        Waiter waiter = followers.get(entry.getKey());
        if (waiter != null && waiter.revision() < entry.getModRevision()) {
            told.add(waiter.id());
        }
    }

    /** jetcd connects again by itself, or ends the watch. */
    @Override
    public void onError(Throwable error) {}

    /** The waiters poll; the next one that arms opens another watch. */
    @Override
    public void onCompleted() {
        lock.lock();
        try {
            over = true;
        } finally {
            lock.unlock();
        }
    }
}
