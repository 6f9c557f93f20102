package dev.holdfast.lock.tck.model;

import java.util.Objects;

/** What one client of an {@link EtcdState} knows. */
final class EtcdClient implements WireState.Client<EtcdState.Message, EtcdClient> {
    enum Phase {
        /** Nothing of the present id is in the store, for certain. */
        OUTSIDE,
        /** An enter is under way. */
        ENTERING,
        /** An enter brought no answer, or the session is over: anything may be in the store. */
        IN_DOUBT,
        /** The doubt is being ended. */
        RESOLVING,
        /** In the queue. */
        WAITING,
        /** Has a grant; whether it believes to hold depends on the deadline. */
        HOLDING,
        /** A leave or a release is under way. */
        ENDING,
        /** The acquire is over. */
        DONE,
        /** Killed. */
        DEAD
    }

    final int index;
    int sessionsLeft;
    int session;
    /** How long ago the last acknowledged keep-alive was sent. */
    int sessionAge;

    int guard;
    Phase phase = Phase.OUTSIDE;
    int lastNumber;
    /** Number of the request whose reply is expected; 0 for none. */
    int pending;

    int pendingAge = EtcdState.TTL;
    int nonce;
    int keepNumber;
    /** Number of the keep-alive whose reply is expected, and its age; 0 for none. */
    int keepPending;

    int keepAge;
    int token;
    /** Only for defects: how long ago the lease began by their count. */
    int heldAge;

    boolean countsFromHeld;

    EtcdClient(int index, int sessions, int guard) {
        this.index = index;
        this.sessionsLeft = sessions;
        this.session = 4 * index;
        this.guard = guard;
    }

    int id() {
        return 4 * index;
    }

    boolean sessionLives() {
        return sessionAge < EtcdState.TTL;
    }

    boolean believes() {
        return phase == Phase.HOLDING && (countsFromHeld ? heldAge : sessionAge) < EtcdState.TTL;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean expects(EtcdState.Message message) {
        return switch (message.kind()) {
            case KEPT -> message.n() == keepPending && message.session() == session && sessionLives();
            case WAKE -> phase == Phase.WAITING;
            default -> message.n() == pending;
        };
    }

    int number() {
        pending = ++lastNumber;
        pendingAge = 0;
        return pending;
    }

    @Override
    public void tick() {
        sessionAge = Math.min(sessionAge + 1, EtcdState.TTL);
        pendingAge = Math.min(pendingAge + 1, EtcdState.TTL);
        keepAge = keepPending == 0 ? 0 : Math.min(keepAge + 1, EtcdState.TTL);
        heldAge = phase == Phase.HOLDING ? heldAge + 1 : 0;
        if (phase == Phase.HOLDING && !believes()) {
            phase = Phase.DONE; // the deadline: the lease is lost, for good
            pending = 0;
        }
    }

    @Override
    public EtcdClient copy() {
        EtcdClient copy = new EtcdClient(index, sessionsLeft, guard);
        copy.session = session;
        copy.sessionAge = sessionAge;
        copy.phase = phase;
        copy.lastNumber = lastNumber;
        copy.pending = pending;
        copy.pendingAge = pendingAge;
        copy.nonce = nonce;
        copy.keepNumber = keepNumber;
        copy.keepPending = keepPending;
        copy.keepAge = keepAge;
        copy.token = token;
        copy.heldAge = heldAge;
        copy.countsFromHeld = countsFromHeld;
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EtcdClient that
                && sessionsLeft == that.sessionsLeft
                && session == that.session
                && sessionAge == that.sessionAge
                && guard == that.guard
                && phase == that.phase
                && lastNumber == that.lastNumber
                && pending == that.pending
                && pendingAge == that.pendingAge
                && nonce == that.nonce
                && keepNumber == that.keepNumber
                && keepPending == that.keepPending
                && keepAge == that.keepAge
                && token == that.token
                && heldAge == that.heldAge
                && countsFromHeld == that.countsFromHeld;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                session, sessionAge, guard, phase, lastNumber, pending, pendingAge, nonce, keepPending, keepAge, token);
    }
}
