package dev.holdfast.lock.memory;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One lock: its holder, its waiters in order, and the ids that must never be granted again. Used under the store's
 * lock; times are the store's nanoseconds.
 */
final class MemoryLock {
    /** A grant, and until when it stands. */
    record Holder(Grant grant, MemoryDriver driver, long expiresAt) {}

    /** A place in the queue, and until when it counts as alive without being restated. */
    record Waiter(MemoryDriver driver, long aliveUntil) {}

    private final Map<AcquisitionId, Waiter> queue = new LinkedHashMap<>();
    private final Map<AcquisitionId, Long> tombstones = new HashMap<>();
    private @Nullable Holder holder;
    private long lastToken;

    long lastToken() {
        return lastToken;
    }

    /** The holder whose time has not come. */
    @Nullable
    Holder holder(long now) {
        grantNext(now);
        return holder;
    }

    void put(Holder granted) {
        holder = granted;
        lastToken = granted.grant().token();
        queue.remove(granted.grant().id());
    }

    boolean waits(AcquisitionId id) {
        return queue.containsKey(id);
    }

    void enqueue(AcquisitionId id, Waiter waiter) {
        queue.put(id, waiter); // keeps the place of an id that is queued already
    }

    boolean isTombstone(AcquisitionId id, long now) {
        tombstones.values().removeIf(until -> until - now <= 0);
        return tombstones.containsKey(id);
    }

    void leave(AcquisitionId id, boolean unanswered, long tombstoneUntil) {
        queue.remove(id);
        if (unanswered) {
            tombstones.put(id, tombstoneUntil);
        }
    }

    void expireNow(long now) {
        Holder current = holder;
        if (current != null) {
            holder = null;
            current.driver().context().lost(current.grant().id(), LossReason.EXPIRED);
        }
        grantNext(now);
    }

    void free(long now) {
        holder = null;
        grantNext(now);
    }

    /** Lets a lapsed holder go and makes the first waiter that is alive the next one. */
    void grantNext(long now) {
        Holder current = holder;
        if (current != null && current.expiresAt() - now <= 0) {
            holder = null;
            current.driver().context().lost(current.grant().id(), LossReason.EXPIRED);
        }
        Iterator<Map.Entry<AcquisitionId, Waiter>> next = queue.entrySet().iterator();
        while (holder == null && next.hasNext()) {
            Map.Entry<AcquisitionId, Waiter> first = next.next();
            next.remove();
            MemoryDriver driver = first.getValue().driver();
            if (first.getValue().aliveUntil() - now > 0 && !driver.isClosed()) {
                Holder granted = driver.grant(first.getKey(), this);
                put(granted);
                driver.context().granted(granted.grant());
                return;
            }
        }
    }
}
