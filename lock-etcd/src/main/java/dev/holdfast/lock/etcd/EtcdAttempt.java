package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;
import io.etcd.jetcd.ByteSequence;
import org.jspecify.annotations.Nullable;

/**
 * What this client knows of one acquire, from its first request until it is released or has left. Calls for one id do
 * not overlap; the sweeper and a dying session read along, hence volatile.
 */
final class EtcdAttempt {
    /**
     * An enter that was sent and not answered.
     *
     * @param guard the guard's revision that it compares; once the guard has moved beyond, it can not succeed any more
     */
    record Doubt(EtcdSession session, long guard) {}

    private final AcquisitionId id;
    private final LockName name;
    private final EtcdSlots.Slot slot;
    private volatile @Nullable EtcdSession session;
    private volatile @Nullable Doubt doubt;
    private volatile boolean scaleUnchecked;
    private volatile long created;
    private volatile long token;
    private volatile boolean held;

    EtcdAttempt(AcquisitionId id, LockName name, EtcdSlots.Slot slot) {
        this.id = id;
        this.name = name;
        this.slot = slot;
    }

    AcquisitionId id() {
        return id;
    }

    LockName name() {
        return name;
    }

    /** Key of the queue entry. */
    ByteSequence entry() {
        return slot.key();
    }

    EtcdSlots.Slot slot() {
        return slot;
    }

    /** The session that the entry belongs to. */
    @Nullable
    EtcdSession session() {
        return session;
    }

    /** An enter of this session is about to be sent. */
    void sending(EtcdSession sender, long guard) {
        if (session != sender) {
            forgetEntry();
            session = sender;
        }
        doubt = new Doubt(sender, guard);
    }

    /** The request that may still be executed, if there is one. */
    @Nullable
    Doubt doubt() {
        return doubt;
    }

    /** No request of this acquire can be executed any more. */
    void settled() {
        doubt = null;
    }

    /** Whether the entry may have been made on a connection on which the scale had not been checked. */
    boolean scaleUnchecked() {
        return scaleUnchecked;
    }

    void scaleUnchecked(boolean unchecked) {
        scaleUnchecked = unchecked;
    }

    /** The entry is in the store. */
    void queued(long createRevision, long itsToken) {
        created = createRevision;
        token = itsToken;
    }

    /** The entry is not in the store, or not as ours. */
    void forgetEntry() {
        held = false;
        created = 0;
        token = 0;
    }

    /** create_revision of the entry; 0 if it is not known. */
    long created() {
        return created;
    }

    /** The token that the entry gives; 0 if it is not known. */
    long token() {
        return token;
    }

    /** Whether the lock is this acquire's now. */
    void holds(boolean granted) {
        held = granted;
    }

    boolean held() {
        return held;
    }
}
