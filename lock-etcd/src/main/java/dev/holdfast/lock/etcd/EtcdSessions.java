package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.StoreException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseGrantResponse;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The client's session: opened when it is needed, kept alive until it is lost or the client closes. */
final class EtcdSessions {
    private record Running(EtcdSession session, EtcdKeepAlive keepAlive) {}

    private final EtcdTxns txns;
    private final EtcdLayout layout;
    private final DriverContext context;
    private final long ttlSeconds;
    private final BiConsumer<EtcdSession, LossReason> onEnd;
    private final Consumer<EtcdSession> sweeper;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable Running running;
    private volatile boolean closed;

    /**
     * Sessions.
     *
     * @param onEnd called once for each session that is over, after it was marked as ended
     * @param sweeper called after every confirmed keep-alive
     */
    EtcdSessions(
            EtcdTxns txns,
            EtcdLayout layout,
            DriverContext context,
            long ttlSeconds,
            BiConsumer<EtcdSession, LossReason> onEnd,
            Consumer<EtcdSession> sweeper) {
        this.txns = txns;
        this.layout = layout;
        this.context = context;
        this.ttlSeconds = ttlSeconds;
        this.onEnd = onEnd;
        this.sweeper = sweeper;
    }

    /** The living session; opens one if there is none. One caller opens, the others wait for it. */
    EtcdSession live(RequestDeadline deadline) throws InterruptedException {
        EtcdSession current = current();
        if (current != null) {
            return current;
        }
        if (!opening.tryLock(deadline.nanosLeft(), TimeUnit.NANOSECONDS)) {
            throw StoreException.notExecuted("no session could be opened at " + txns.store() + " in time", null);
        }
        try {
            EtcdSession opened = current();
            return opened == null ? open(deadline) : opened;
        } finally {
            opening.unlock();
        }
    }

    private @Nullable EtcdSession current() {
        Running now = running;
        if (now == null || now.session().ended() != null) {
            return null;
        }
        if (now.session().expired()) {
            end(now.session(), LossReason.SESSION_LOST);
            return null;
        }
        return now.session();
    }

    private EtcdSession open(RequestDeadline deadline) throws InterruptedException {
        EtcdConnection connection = txns.connection();
        long sentAt = connection.ticker().nanos();
        LeaseGrantResponse granted = connection.call(
                "opening a session", deadline, c -> c.getLeaseClient().grant(ttlSeconds));
        EtcdSession.Beat first = new EtcdSession.Beat(sentAt, Duration.ofSeconds(granted.getTTL()));
        ByteSequence guardKey = layout.guard(granted.getID());
        EtcdSession session = new EtcdSession(txns, granted.getID(), guardKey, placeGuard(granted, deadline), first);
        EtcdKeepAlive keepAlive = new EtcdKeepAlive(
                connection,
                context,
                session,
                error -> {
                    if (EtcdErrors.leaseNotFound(error)) {
                        session.burial();
                    }
                    end(session, LossReason.SESSION_LOST);
                },
                () -> sweeper.accept(session));
        txns.scale().sessionOpened();
        running = new Running(session, keepAlive);
        keepAlive.start();
        if (closed) {
            keepAlive.stop();
            throw StoreException.notExecuted("the client of " + txns.store() + " is closed", null);
        }
        return session;
    }

    /**
     * Puts the guard and reads the record. The Else branch never runs, as the key of a new lease is free; it stands
     * there because etcd checks the privileges of both branches: what a later enter, look or leave needs is refused
     * now.
     */
    private long placeGuard(LeaseGrantResponse granted, RequestDeadline deadline) throws InterruptedException {
        ByteSequence guardKey = layout.guard(granted.getID());
        PutOption onLease = PutOption.builder().withLeaseId(granted.getID()).build();
        ByteSequence queues = layout.queues();
        TxnResponse reply = txns.commit("opening a session", deadline, txn -> txn.If(
                        EtcdQueue.equal(guardKey, CmpTarget.modRevision(0)))
                .Then(Op.put(guardKey, ByteSequence.EMPTY, onLease), EtcdQueue.get(layout.record()))
                .Else(
                        Op.get(
                                queues,
                                GetOption.builder().isPrefix(true).withLimit(1).build()),
                        EtcdQueue.delete(queues)));
        txns.scale().learn(reply.getGetResponses().get(0).getKvs());
        return reply.getHeader().getRevision();
    }

    /** Ends this session, once: its entries are no longer ours. */
    void end(EtcdSession session, LossReason reason) {
        if (session.end(reason)) {
            Running now = running;
            if (now != null && now.session() == session) {
                now.keepAlive().stop();
            }
            onEnd.accept(session, reason);
        }
    }

    /** Ends whatever session there is. */
    void endCurrent(LossReason reason) {
        Running now = running;
        if (now != null) {
            end(now.session(), reason);
        }
    }

    /** Asks for a keep-alive of this session now and waits for it; what came of it, the session tells. */
    void beat(EtcdSession session, RequestDeadline deadline) throws InterruptedException {
        Running now = running;
        if (now == null || now.session() != session) {
            return;
        }
        try {
            Boolean ignored = now.keepAlive().beat().get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw StoreException.unknown("no keep-alive was confirmed by " + txns.store() + " in time", e);
        }
    }

    /** Gives the lease back, and everything with it. */
    void close(RequestDeadline deadline) {
        closed = true;
        Running now = running;
        if (now == null || now.session().ended() != null) {
            return;
        }
        now.keepAlive().stop();
        try {
            txns.connection().call("closing the session", deadline, c -> c.getLeaseClient()
                    .revoke(now.session().lease()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            // The lease runs out by itself; nothing is left to do for a client that goes.
            now.session().end(LossReason.SESSION_LOST);
        }
    }
}
