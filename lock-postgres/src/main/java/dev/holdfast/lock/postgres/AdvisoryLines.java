package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryGrants.Held;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockName;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who of this client waits for which lock, and which of the bounded number of seats waits on the server for whom: one
 * for each lock at most. A line without a seat is one whose first waiter polls. Thread safe; no request is sent under
 * its lock.
 */
final class AdvisoryLines {
    /** How an acquire waits. */
    enum Position {
        NONE,
        /** It will be told. */
        WAITS,
        /** It has to ask. */
        POLLS
    }

    /**
     * A wait on the server for nobody.
     *
     * @param session where it is
     * @param over completes when it has ended
     */
    record Leaving(AdvisorySession session, CompletableFuture<Boolean> over) {}

    /**
     * What becomes of a lock that a seat got.
     *
     * @param held by the first waiter; {@code null} if there is none and it goes back
     * @param over to be completed when it has gone back
     */
    record Handed(@Nullable Held held, @Nullable CompletableFuture<Boolean> over) {}

    private final DriverContext context;
    private final AdvisoryGrants grants;
    private final AdvisoryKey keys;
    private final Duration leaseTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<LockName, AdvisoryLine> lines = new LinkedHashMap<>();
    private final Map<AcquisitionId, AdvisoryLine> waiting = new HashMap<>();
    private final AdvisorySeats seats;

    AdvisoryLines(
            DriverContext context,
            AdvisorySessions sessions,
            AdvisoryGrants grants,
            AdvisoryKey keys,
            AdvisorySeats.Wait wait,
            Duration leaseTime,
            int seatsMax) {
        this.context = context;
        this.grants = grants;
        this.keys = keys;
        this.leaseTime = leaseTime;
        this.seats = new AdvisorySeats(context, sessions, lock, wait, seatsMax, lines::values);
    }

    /** Queues an acquire without asking whether the lock is free, if it is known to be contended. */
    boolean joinIfContended(AcquireRequest request) {
        lock.lock();
        try {
            boolean contended = waiting.containsKey(request.id())
                    || lines.containsKey(request.name())
                    || seats.idle(keys.of(request.name())).isPresent();
            if (contended) {
                join(request);
            }
            return contended;
        } finally {
            lock.unlock();
        }
    }

    /** Queues an acquire at the end of its line. */
    Position join(AcquireRequest request) {
        lock.lock();
        try {
            if (!waiting.containsKey(request.id())) {
                AdvisoryLine line =
                        lines.computeIfAbsent(request.name(), name -> new AdvisoryLine(name, keys.of(name)));
                line.queue.add(request.id());
                waiting.put(request.id(), line);
                if (line.over != null) {
                    // The wait that nobody wanted is wanted again.
                    line.over.complete(true);
                    line.over = null;
                }
                seats.give(line);
            }
            return position(request.id());
        } finally {
            lock.unlock();
        }
    }

    Position position(AcquisitionId id) {
        lock.lock();
        try {
            AdvisoryLine line = waiting.get(id);
            if (line == null) {
                return Position.NONE;
            }
            return line.seat == null && id.equals(line.queue.peek()) ? Position.POLLS : Position.WAITS;
        } finally {
            lock.unlock();
        }
    }

    /** A waiter that polls has found the lock taken once more. */
    void stillBusy(AcquisitionId id) {
        lock.lock();
        try {
            AdvisoryLine line = waiting.get(id);
            if (line != null) {
                seats.give(line);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes an acquire out; what it leaves on the server, if it was the last of its line. */
    Optional<Leaving> leave(AcquisitionId id, LockName name) {
        lock.lock();
        try {
            AdvisoryLine line = waiting.remove(id);
            if (line == null) {
                line = lines.get(name);
                if (line == null || !line.queue.isEmpty()) {
                    return Optional.empty();
                }
            }
            boolean first = id.equals(line.queue.peek());
            line.queue.remove(id);
            if (!line.queue.isEmpty()) {
                if (first && line.seat == null) {
                    context.look(line.queue.element());
                }
                return Optional.empty();
            }
            AdvisorySeat seat = line.seat;
            if (seat == null || seat.session == null) {
                AdvisorySeats.unseat(line);
                lines.remove(name);
                return Optional.empty();
            }
            if (line.over == null) {
                line.over = new CompletableFuture<>();
            }
            return Optional.of(new Leaving(seat.session, line.over));
        } finally {
            lock.unlock();
        }
    }

    /** Whether anybody still wants the lock for which this seat is about to wait; if not, the seat is free. */
    boolean wanted(AdvisorySeat seat, AdvisoryLine line) {
        lock.lock();
        try {
            if (line.queue.isEmpty()) {
                finish(seat, line);
                return false;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void finish(AdvisorySeat seat, AdvisoryLine line) {
        AdvisorySeats.unseat(line);
        lines.remove(line.name(), line);
        if (line.over != null) {
            line.over.complete(true);
        }
        seats.vacant(seat);
    }

    /** A seat has got its lock. */
    Handed granted(AdvisorySeat seat, AdvisoryLine line, AdvisorySession session, AdvisoryStatements.Taken taken) {
        lock.lock();
        try {
            AdvisorySeats.unseat(line);
            seat.contended = taken.waited() ? Long.valueOf(line.key()) : null;
            seat.holds = true;
            AcquisitionId id = line.queue.poll();
            if (id == null) {
                lines.remove(line.name(), line);
                return new Handed(null, line.over);
            }
            long token = Objects.requireNonNull(taken.token());
            Grant grant = new Grant(id, line.name(), token, session.validFrom(), leaseTime, null);
            Held held = Held.of(grant, line.key(), session);
            // Among the grants before it waits no more: whoever finds neither takes it for gone.
            grants.put(held);
            waiting.remove(id);
            goOn(line);
            return new Handed(held, null);
        } finally {
            lock.unlock();
        }
    }

    /** The next of a line whose seat is gone. */
    private void goOn(AdvisoryLine line) {
        if (line.queue.isEmpty()) {
            lines.remove(line.name(), line);
            return;
        }
        seats.give(line);
        if (line.seat == null) {
            context.look(line.queue.element());
        }
    }

    /** A wait has ended without the lock. */
    void notGranted(AdvisorySeat seat, AdvisoryLine line, AdvisorySession session, boolean refused) {
        lock.lock();
        try {
            if (line.queue.isEmpty()) {
                finish(seat, line);
            } else if (!refused) {
                seats.begin(seat, session, line);
            } else {
                line.refused = true;
                AdvisorySeats.unseat(line);
                context.look(line.queue.element());
                seats.vacant(seat);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A session has no lock any more. */
    void unlocked(AdvisorySession session) {
        lock.lock();
        try {
            seats.of(session).ifPresent(seats::vacant);
        } finally {
            lock.unlock();
        }
    }

    /** A session is over, and its seat free for another one. */
    void ended(AdvisorySession session) {
        lock.lock();
        try {
            Optional<AdvisorySeat> seat = seats.of(session);
            seat.ifPresent(seats::remove);
            AdvisoryLine line = seat.isPresent() ? seat.get().line : null;
            if (line != null) {
                AdvisorySeats.unseat(line);
                if (line.over != null) {
                    line.over.complete(true);
                }
                goOn(line);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The seats as they are now. */
    List<AdvisorySeat.View> seats() {
        lock.lock();
        try {
            return seats.views();
        } finally {
            lock.unlock();
        }
    }
}
