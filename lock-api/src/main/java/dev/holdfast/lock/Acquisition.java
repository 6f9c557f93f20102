package dev.holdfast.lock;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One logical acquire as a state machine: {@link #step} does what is due and says when it wants to be called again. The
 * caller's thread drives it for a blocking acquire, the client's threads for an asynchronous one; steps do not overlap.
 *
 * <pre>
 * ENTER --Waiting--> QUEUED --Granted, or pushed--> over, with a lease
 *   ^  \--Granted------------------------------------/
 *   |                  |--Gone--> ENTER, same id
 *   |                  |--budget spent, interrupt, close--> over; the id leaves in the background
 *   '--a grant too old to be of use: its id leaves, a new id enters
 * </pre>
 */
final class Acquisition {
    private static final long SHORTEST_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Engine engine;
    private final LockName name;
    private final LockOptions options;
    private final boolean mayWait;
    private final long budgetEnd;
    private final Backoff backoff = new Backoff(20, 1_000);

    private volatile AcquisitionId id = AcquisitionId.random();
    private volatile Mailbox mailbox = new Mailbox();
    private boolean asked;
    private boolean queued;
    private boolean sent;
    private boolean unanswered;
    private long notBefore;
    private @Nullable StoreException lastFailure;
    private @Nullable HeldLease result;

    Acquisition(Engine engine, LockName name, LockOptions options, Duration maxWait) {
        this.engine = engine;
        this.name = name;
        this.options = options;
        this.mayWait = !maxWait.isZero();
        this.notBefore = engine.now();
        // Without a wait the one request may take as long as any request; its retries share that time.
        Duration budget = mayWait ? maxWait : engine.options().storeTimeout();
        this.budgetEnd = notBefore + Durations.saturatedNanos(budget);
    }

    AcquisitionId id() {
        return id;
    }

    /** Where other threads hand in; another one after the id has changed. */
    Mailbox mailbox() {
        return mailbox;
    }

    /** Takes a pushed grant for the next step; false if it is not for this acquire any more. */
    boolean offer(Grant grant) {
        Mailbox taking = mailbox; // before the id: an old grant meets either a shut mailbox or another id
        return grant.id().equals(id) && taking.offer(grant);
    }

    Optional<HeldLease> result() {
        return Optional.ofNullable(result);
    }

    /**
     * Does what is due.
     *
     * @return nanoseconds until the next call unless something is handed in before; 0 at the end, see {@link #result}
     * @throws LockException if the acquire failed; what it may have left in the store is being taken back
     * @throws InterruptedException likewise
     */
    long step() throws InterruptedException {
        boolean goesOn = false;
        try {
            long wait = advance();
            goesOn = wait > 0;
            return wait;
        } catch (StoreException refused) {
            throw new LockConfigurationException(describe() + " was refused: " + refused.getMessage(), refused);
        } finally {
            if (!goesOn) {
                stop();
            }
        }
    }

    private long advance() throws InterruptedException {
        while (true) {
            if (engine.closed()) {
                throw new LockClosedException(describe() + ": the client was closed", null);
            }
            Grant grant = mailbox.takePushed();
            if (grant != null && accept(grant)) {
                return 0;
            }
            long left = budgetEnd - engine.now();
            if (left <= 0 && asked) {
                return giveUp();
            }
            long wait = mailbox.takeNudge() ? 0 : notBefore - engine.now();
            if (wait > 0) {
                return Math.max(1, Math.min(wait, left));
            }
            if (passes() && request(Math.max(left, SHORTEST_TIMEOUT_NANOS))) {
                return 0;
            }
        }
    }

    /** Whether a request may be sent now; a new acquire fails at once if not, a running one tries again later. */
    private boolean passes() {
        if (queued || engine.gate().permits()) {
            return true;
        }
        if (!asked) {
            throw new StoreUnavailableException(
                    describe() + ": the store has not been answering; new acquires fail at once until it does", null);
        }
        notBefore = engine.now() + backoff.nextNanos();
        return false;
    }

    /** Sends the request that is due; whether the acquire is over. */
    private boolean request(long left) throws InterruptedException {
        boolean entering = !queued;
        boolean completed = false;
        asked = true;
        if (entering) {
            mailbox.forgetLoss();
        }
        try {
            Duration timeout = Durations.min(engine.options().storeTimeout(), Duration.ofNanos(left));
            AcquireRequest request = new AcquireRequest(id, name, mayWait, unanswered, timeout);
            Answer answer =
                    entering ? engine.driver().enter(request) : engine.driver().look(request);
            completed = true;
            if (entering) {
                engine.gate().answered();
            }
            return answered(answer);
        } catch (StoreException e) {
            completed = true;
            if (entering) {
                engine.gate().failed();
            }
            failed(e);
            return false;
        } finally {
            if (!completed) {
                sent = true;
                unanswered = true;
                if (entering) {
                    engine.gate().undecided();
                }
            }
        }
    }

    private void failed(StoreException e) {
        if (e.kind() == StoreException.Kind.REFUSED) {
            throw e;
        }
        if (e.kind() == StoreException.Kind.UNKNOWN) {
            sent = true;
            unanswered = true;
        }
        lastFailure = e;
        notBefore = engine.now() + backoff.nextNanos();
    }

    private boolean answered(Answer answer) {
        backoff.reset();
        lastFailure = null;
        if (answer instanceof Answer.Granted granted) {
            sent = true;
            return accept(granted.grant());
        }
        if (answer instanceof Answer.Busy) {
            return true;
        }
        if (answer instanceof Answer.Waiting waiting) {
            sent = true;
            queued = true;
            notBefore = engine.now() + waiting.recheckAfter().toNanos();
        } else {
            queued = false;
            notBefore = engine.now();
        }
        return false;
    }

    private long giveUp() {
        StoreException failure = lastFailure;
        if (failure != null) {
            throw new StoreUnavailableException(describe() + " failed: " + failure.getMessage(), failure);
        }
        return 0;
    }

    /** Makes a lease of the grant, unless too little of it is left to be of use. */
    private boolean accept(Grant granted) {
        long usable = HeldLease.usableNanos(granted.leaseTime());
        Grant grant = granted;
        if (left(grant, usable) < usable / 3 * 2) {
            // A grant after a long wait, or under an older session: not the lease time that the user expects.
            Renewal renewal = engine.renewals()
                    .request(
                            granted,
                            budgetEnd - engine.now(),
                            engine.options().storeTimeout().toNanos());
            if (renewal instanceof Renewal.Lost) {
                enterAnew();
                return false;
            }
            if (renewal instanceof Renewal.Renewed renewed) {
                grant = new Grant(
                        id, name, granted.token(), renewed.validFrom(), renewed.leaseTime(), granted.ticket());
            }
        }
        if (left(grant, usable) < usable / 10) {
            enterAnew();
            return false;
        }
        HeldLease lease = new HeldLease(engine, grant, options);
        engine.hold(lease);
        LossReason lost = mailbox.lost();
        if (lost != null) {
            lease.lose(lost);
        }
        result = lease;
        return true;
    }

    private long left(Grant grant, long usable) {
        return grant.validFrom() + usable - engine.now();
    }

    /** The id has had its grant: it leaves, and another one takes its turn at the end of the queue. */
    private void enterAnew() {
        stop();
        id = AcquisitionId.random(); // before the mailbox: see offer()
        mailbox = new Mailbox();
        queued = false;
        sent = false;
        unanswered = false;
        notBefore = engine.now();
        engine.waits(this);
    }

    /** Ends this id: no grant is taken any more, and without a lease whatever it has in the store is taken back. */
    void stop() {
        mailbox.shut();
        if (result == null && sent) {
            engine.cleanup()
                    .leaveOrHelp(new AcquireRequest(
                            id, name, mayWait, unanswered, engine.options().storeTimeout()));
        }
        // After the leave is with the cleanup: a client that closes empties it as soon as nobody waits.
        engine.waitsNoMore(id);
    }

    private String describe() {
        return "acquiring lock '" + name + "' at " + engine.store();
    }
}
