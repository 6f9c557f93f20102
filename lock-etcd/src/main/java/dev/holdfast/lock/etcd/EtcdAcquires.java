package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way of one acquire: into the queue, to its head, and out again. Every doubt is settled before the next request.
 */
final class EtcdAcquires {
    /** An enter finds guard or record moved only while others fail or raise the scale; more than this is a fault. */
    private static final int ROUNDS = 32;

    private final Map<AcquisitionId, EtcdAttempt> attempts;
    private final EtcdSlots slots;
    private final EtcdQueue queue;
    private final EtcdSessions sessions;
    private final EtcdWatches watches;
    private final EtcdConnection connection;
    private final EtcdScale scale;

    EtcdAcquires(
            Map<AcquisitionId, EtcdAttempt> attempts,
            EtcdSlots slots,
            EtcdQueue queue,
            EtcdSessions sessions,
            EtcdWatches watches,
            EtcdTxns txns) {
        this.attempts = attempts;
        this.slots = slots;
        this.queue = queue;
        this.sessions = sessions;
        this.watches = watches;
        this.connection = txns.connection();
        this.scale = txns.scale();
    }

    private RequestDeadline deadline(AcquireRequest request) {
        return RequestDeadline.in(connection.ticker(), request.timeout());
    }

    Answer enter(AcquireRequest request) throws InterruptedException {
        RequestDeadline deadline = deadline(request);
        EtcdAttempt attempt = attempts.computeIfAbsent(
                request.id(), id -> new EtcdAttempt(id, request.name(), slots.take(request.name())));
        try {
            settle(attempt, deadline);
            for (int round = 0; round < ROUNDS; round++) {
                // A session that ended may have dropped this acquire; an entry that is not in the table is a ghost.
                attempts.put(request.id(), attempt);
                Optional<Answer> answer = enterOnce(attempt, sessions.live(deadline), request.mayWait(), deadline);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            throw StoreException.notExecuted(
                    "the queue of '" + request.name() + "' at "
                            + connection.errors().store() + " changes too often",
                    null);
        } catch (StoreException e) {
            boolean mayLeaveSomething = attempt.doubt() != null || attempt.created() != 0;
            throw mayLeaveSomething ? StoreException.unknown(String.valueOf(e.getMessage()), e) : e;
        } finally {
            if (attempt.doubt() == null && attempt.created() == 0 && attempts.remove(request.id(), attempt)) {
                slots.free(attempt.slot());
            }
        }
    }

    /** Ends the doubt about an earlier request of this acquire, so that what comes next is final. */
    private static void settle(EtcdAttempt attempt, RequestDeadline deadline) throws InterruptedException {
        EtcdAttempt.Doubt doubt = attempt.doubt();
        if (doubt != null) {
            doubt.session().settle(doubt.guard(), deadline);
            attempt.settled();
        }
    }

    /** One enter; empty if it has to be repeated with what it taught. */
    private Optional<Answer> enterOnce(
            EtcdAttempt attempt, EtcdSession session, boolean mayWait, RequestDeadline deadline)
            throws InterruptedException {
        int epoch = connection.epoch();
        EtcdRecord base = scale.known();
        long entryScale = scale.next(base, epoch);
        EtcdQueue.Place place = sendEnter(attempt, session, base, entryScale, deadline);
        boolean reconnected = connection.epoch() != epoch;
        if (place instanceof EtcdQueue.Place.Queued queued) {
            attempt.queued(queued.created(), queued.token());
            if (queued.fresh()) {
                EtcdRecord now = entryScale > base.scale() ? new EtcdRecord(entryScale, queued.created()) : base;
                scale.entered(now, epoch);
                attempt.scaleUnchecked(reconnected);
            }
            if (attempt.scaleUnchecked()) {
                // The entry went to a store that may have been restored meanwhile, under a scale from before.
                discard(attempt, deadline);
                return Optional.empty();
            }
            return place(attempt, session, queued, mayWait, deadline);
        }
        if (place instanceof EtcdQueue.Place.Foreign foreign) {
            attempt.queued(foreign.created(), 0);
            discard(attempt, deadline);
        } else if (place instanceof EtcdQueue.Place.SessionGone) {
            session.burial();
            sessions.end(session, LossReason.SESSION_LOST);
        }
        return Optional.empty();
    }

    private EtcdQueue.Place sendEnter(
            EtcdAttempt attempt, EtcdSession session, EtcdRecord base, long entryScale, RequestDeadline deadline)
            throws InterruptedException {
        int epoch = connection.epoch();
        long guard = session.guard();
        attempt.sending(session, guard);
        try {
            EtcdQueue.Place place = queue.enter(attempt, session, guard, base, entryScale, deadline);
            attempt.settled();
            return place;
        } catch (StoreException e) {
            if (e.kind() != StoreException.Kind.UNKNOWN) {
                attempt.settled();
            } else if (connection.epoch() != epoch) {
                attempt.scaleUnchecked(true);
            }
            if (EtcdErrors.leaseNotFound(e)) {
                return new EtcdQueue.Place.SessionGone();
            }
            throw e;
        }
    }

    private void discard(EtcdAttempt attempt, RequestDeadline deadline) throws InterruptedException {
        List<Boolean> ignored = queue.release(List.of(attempt), deadline);
        attempt.forgetEntry();
        attempt.scaleUnchecked(false);
    }

    /** What the place in the queue means for the caller; empty if the session ended meanwhile. */
    private Optional<Answer> place(
            EtcdAttempt attempt,
            EtcdSession session,
            EtcdQueue.Place.Queued queued,
            boolean mayWait,
            RequestDeadline deadline)
            throws InterruptedException {
        if (queued.ahead() != null && !mayWait) {
            discard(attempt, deadline);
            return Optional.of(new Answer.Busy());
        }
        attempt.holds(queued.ahead() == null);
        if (queued.ahead() != null) {
            watches.arm(attempt.id(), attempt.name(), queued.ahead(), queued.revision());
        }
        // Asked last: a session that ends from here on reports this acquire too (etcd #11456, #19597).
        if (session.ended() != null || session.expired()) {
            attempt.holds(false);
            watches.drop(attempt.id(), attempt.name());
            return Optional.empty();
        }
        EtcdSession.Beat beat = session.beat();
        if (queued.ahead() != null) {
            return Optional.of(new Answer.Waiting(beat.ttl().dividedBy(3)));
        }
        watches.drop(attempt.id(), attempt.name());
        return Optional.of(new Answer.Granted(
                new Grant(attempt.id(), attempt.name(), queued.token(), beat.sentAt(), beat.ttl(), attempt)));
    }

    Answer look(AcquireRequest request) throws InterruptedException {
        RequestDeadline deadline = deadline(request);
        EtcdAttempt attempt = attempts.get(request.id());
        if (attempt == null) {
            return new Answer.Gone();
        }
        settle(attempt, deadline);
        EtcdSession session = attempt.session();
        if (session == null || session.ended() != null || session.expired() || attempt.scaleUnchecked()) {
            watches.drop(request.id(), request.name());
            return new Answer.Gone();
        }
        EtcdQueue.Place place = queue.look(attempt, session, deadline);
        if (place instanceof EtcdQueue.Place.Queued queued) {
            attempt.queued(queued.created(), queued.token());
            return place(attempt, session, queued, true, deadline).orElseGet(Answer.Gone::new);
        }
        attempt.forgetEntry();
        watches.drop(request.id(), request.name());
        return new Answer.Gone();
    }

    LeaveOutcome leave(AcquireRequest request) {
        EtcdAttempt attempt = attempts.get(request.id());
        watches.drop(request.id(), request.name());
        if (attempt == null) {
            return LeaveOutcome.GONE;
        }
        boolean gone = Uninterrupted.succeeds(() -> {
            RequestDeadline deadline = deadline(request);
            settle(attempt, deadline);
            queue.leave(attempt, deadline);
        });
        if (!gone) {
            // The request may still be executed, and must not meet a later entry.
            slots.retire(attempt.slot());
            return LeaveOutcome.UNKNOWN;
        }
        if (attempts.remove(request.id(), attempt)) {
            slots.free(attempt.slot());
        }
        return LeaveOutcome.GONE;
    }
}
