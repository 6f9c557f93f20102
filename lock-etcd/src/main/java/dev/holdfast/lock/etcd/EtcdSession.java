package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.StoreException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One session: a lease that carries every entry of this client, and the guard that decides late requests.
 *
 * <p>Every enter compares the guard's mod_revision. After one acknowledged put to it, no enter that was sent before can
 * succeed, whenever it arrives: revisions never come back (design of the late-request guard after Chubby's session
 * generation; a value instead of the revision would come back with a duplicate of the put). The guard hangs on the
 * lease: when the lease is gone, so is the guard, and a compare with it fails for good.
 */
final class EtcdSession {
    /**
     * The last acknowledged keep-alive, or the grant of the lease.
     *
     * @param sentAt ticker before it was sent
     * @param ttl what etcd answered
     */
    record Beat(long sentAt, Duration ttl) {}

    private final EtcdTxns txns;
    private final long lease;
    private final ByteSequence guardKey;
    private final AtomicLong guard = new AtomicLong();
    private final AtomicReference<Beat> beat;
    private final AtomicReference<@Nullable LossReason> ended = new AtomicReference<>();
    private final ReentrantLock settling = new ReentrantLock();
    private volatile boolean buried;

    EtcdSession(EtcdTxns txns, long lease, ByteSequence guardKey, long guardRevision, Beat first) {
        this.txns = txns;
        this.lease = lease;
        this.guardKey = guardKey;
        this.guard.set(guardRevision);
        this.beat = new AtomicReference<>(first);
    }

    long lease() {
        return lease;
    }

    ByteSequence guardKey() {
        return guardKey;
    }

    /** The guard's highest mod_revision that etcd has acknowledged. */
    long guard() {
        return guard.get();
    }

    void guardMoved(long revision) {
        guard.accumulateAndGet(revision, Math::max);
    }

    Beat beat() {
        return Objects.requireNonNull(beat.get());
    }

    /** A keep-alive was acknowledged; one that was sent earlier than the last is no news. */
    void beaten(Beat news) {
        beat.updateAndGet(old -> news.sentAt() - old.sentAt() > 0 ? news : old);
    }

    /** How long ago the last acknowledged keep-alive was sent. */
    Duration age() {
        return Duration.ofNanos(txns.connection().ticker().nanos() - beat().sentAt());
    }

    /** Whether the lease may have run out by now: the session must not be believed any more. */
    boolean expired() {
        return age().compareTo(beat().ttl()) >= 0;
    }

    /** Why the session is over, or null while it lives. */
    @Nullable
    LossReason ended() {
        return ended.get();
    }

    /** Ends the session; true for the first caller only. */
    boolean end(LossReason reason) {
        return ended.compareAndSet(null, reason);
    }

    /** Whether it is certain that etcd has the lease no more, and with it neither guard nor entries. */
    boolean buried() {
        return buried;
    }

    void burial() {
        buried = true;
    }

    /** Whether an enter that compared this revision of the guard may still be executed. */
    boolean mayStillExecute(long guardRevision) {
        return !buried && guard.get() <= guardRevision;
    }

    /**
     * Makes sure that no enter which compared this revision of the guard will be executed from now on. One request for
     * all doubts of the session that arose before it: whoever comes second finds the guard moved.
     *
     * @throws StoreException if that is not certain; the doubt remains
     */
    void settle(long guardRevision, RequestDeadline deadline) throws InterruptedException {
        if (!settling.tryLock(deadline.nanosLeft(), TimeUnit.NANOSECONDS)) {
            throw StoreException.unknown("an earlier request to " + txns.store() + " is still unanswered", null);
        }
        try {
            if (mayStillExecute(guardRevision)) {
                if (ended() == null) {
                    bump(deadline);
                } else {
                    bury(deadline);
                }
            }
        } finally {
            settling.unlock();
        }
    }

    private void bump(RequestDeadline deadline) throws InterruptedException {
        // The put names the lease: without it the guard would outlive the session.
        Op.PutOp put = Op.put(
                guardKey,
                ByteSequence.EMPTY,
                PutOption.builder().withLeaseId(lease).build());
        try {
            guardMoved(txns.commit("ending a doubt", deadline, txn -> txn.Then(put))
                    .getHeader()
                    .getRevision());
        } catch (StoreException e) {
            if (!EtcdErrors.leaseNotFound(e)) {
                throw e;
            }
            burial();
        }
    }

    private void bury(RequestDeadline deadline) throws InterruptedException {
        try {
            txns.connection().call("revoking a lost session", deadline, c -> c.getLeaseClient()
                    .revoke(lease));
        } catch (StoreException e) {
            if (!EtcdErrors.leaseNotFound(e)) {
                throw e;
            }
        }
        burial();
    }
}
