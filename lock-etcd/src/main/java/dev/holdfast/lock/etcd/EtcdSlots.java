package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.LockName;
import io.etcd.jetcd.ByteSequence;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys under which this client queues, used again and again: etcd's index keeps every key that ever was until the
 * next compaction, and reads over a queue visit them all. A key is used again only when it is certain that it is gone
 * and that no request to make or to delete it can still be executed; otherwise it is retired for good. Safe for use by
 * several threads.
 */
final class EtcdSlots {
    /** One key of this client in the queue of a lock. */
    record Slot(LockName name, int number, ByteSequence key) {}

    private final EtcdLayout layout;
    private final String client;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<LockName, BitSet> taken = new HashMap<>();
    private final Set<ByteSequence> retired = new HashSet<>();

    EtcdSlots(EtcdLayout layout) {
        this.layout = layout;
        byte[] bits = new byte[8];
        new SecureRandom().nextBytes(bits);
        this.client = HexFormat.of().formatHex(bits);
    }

    Slot take(LockName name) {
        lock.lock();
        try {
            BitSet numbers = taken.computeIfAbsent(name, n -> new BitSet());
            int number = numbers.nextClearBit(0);
            numbers.set(number);
            return new Slot(name, number, layout.entry(name, client, number));
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is left of the acquire that used it, in the store or on its way there. */
    void free(Slot slot) {
        lock.lock();
        try {
            BitSet numbers = taken.get(slot.name());
            if (numbers != null && !retired.contains(slot.key())) {
                numbers.clear(slot.number());
                if (numbers.isEmpty()) {
                    taken.remove(slot.name());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The acquire that used it is over, but not certainly what it has in the store. */
    void retire(Slot slot) {
        lock.lock();
        try {
            retired.add(slot.key());
        } finally {
            lock.unlock();
        }
    }

    /** Whether this is a key of this client that no acquire will ever use again. */
    boolean isRetired(ByteSequence key) {
        lock.lock();
        try {
            return retired.contains(key);
        } finally {
            lock.unlock();
        }
    }
}
