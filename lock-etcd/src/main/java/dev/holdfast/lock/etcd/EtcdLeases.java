package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens to grants: renewed all together by the session's keep-alive, released in batches. */
final class EtcdLeases {
    /** etcd's default limit of operations per transaction is 128. */
    private static final int BATCH = 100;

    private final Map<AcquisitionId, EtcdAttempt> attempts;
    private final EtcdSlots slots;
    private final EtcdQueue queue;
    private final EtcdSessions sessions;

    EtcdLeases(Map<AcquisitionId, EtcdAttempt> attempts, EtcdSlots slots, EtcdQueue queue, EtcdSessions sessions) {
        this.attempts = attempts;
        this.slots = slots;
        this.queue = queue;
        this.sessions = sessions;
    }

    /** At most one keep-alive, however many grants. */
    List<Renewal> renew(List<Grant> grants, RequestDeadline deadline) {
        for (Grant grant : grants) {
            EtcdSession session = sessionOf(grant);
            if (session != null && !fresh(session)) {
                // All living grants share this session; the next ones find it fresh, or its request just failed.
                boolean ignored = Uninterrupted.succeeds(() -> sessions.beat(session, deadline));
                break;
            }
        }
        return grants.stream().map(this::state).toList();
    }

    /** The session that still carries this grant; null if the grant is gone. */
    private @Nullable EtcdSession sessionOf(Grant grant) {
        EtcdAttempt attempt = attempts.get(grant.id());
        if (attempt == null || attempt != grant.ticket() || !attempt.held() || attempt.token() != grant.token()) {
            return null;
        }
        EtcdSession session = attempt.session();
        return session == null || session.ended() != null ? null : session;
    }

    private Renewal state(Grant grant) {
        EtcdSession session = sessionOf(grant);
        if (session == null) {
            return new Renewal.Lost(whyLost(grant));
        }
        if (session.expired()) {
            sessions.end(session, LossReason.SESSION_LOST);
            return new Renewal.Lost(LossReason.SESSION_LOST);
        }
        EtcdSession.Beat beat = session.beat();
        return fresh(session) ? new Renewal.Renewed(beat.sentAt(), beat.ttl()) : new Renewal.Unknown();
    }

    private static LossReason whyLost(Grant grant) {
        EtcdSession session = grant.ticket() instanceof EtcdAttempt attempt ? attempt.session() : null;
        LossReason ended = session == null ? null : session.ended();
        return ended == null ? LossReason.REVOKED : ended;
    }

    private static boolean fresh(EtcdSession session) {
        Duration sixth = session.beat().ttl().dividedBy(6);
        return session.age().compareTo(sixth) <= 0;
    }

    List<ReleaseOutcome> release(List<Grant> grants, RequestDeadline deadline) {
        List<ReleaseOutcome> outcomes = new ArrayList<>(grants.size());
        for (int from = 0; from < grants.size(); from += BATCH) {
            outcomes.addAll(releaseBatch(grants.subList(from, Math.min(from + BATCH, grants.size())), deadline));
        }
        return outcomes;
    }

    private List<ReleaseOutcome> releaseBatch(List<Grant> grants, RequestDeadline deadline) {
        List<EtcdAttempt> granted =
                grants.stream().map(grant -> (EtcdAttempt) grant.ticket()).toList();
        // First: an entry that is missing from now on was released, not revoked.
        granted.forEach(attempt -> attempt.holds(false));
        List<ReleaseOutcome> outcomes = new ArrayList<>();
        boolean answered = Uninterrupted.succeeds(() -> queue.release(granted, deadline)
                .forEach(there -> outcomes.add(there ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD)));
        for (EtcdAttempt attempt : granted) {
            if (!answered) {
                // The sweeper deletes what is under a retired key.
                slots.retire(attempt.slot());
            }
            if (attempts.remove(attempt.id(), attempt) && answered) {
                slots.free(attempt.slot());
            }
        }
        return answered ? outcomes : Collections.nCopies(grants.size(), ReleaseOutcome.UNKNOWN);
    }
}
