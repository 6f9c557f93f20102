package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryGrants.Held;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockName;
import java.time.Duration;
import java.util.ArrayList;
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

    /** Sends the statement that waits. */
    @FunctionalInterface
    interface Wait {
        void begin(AdvisorySeat seat, AdvisorySession session, AdvisoryLine line);
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
    private final AdvisorySessions sessions;
    private final AdvisoryGrants grants;
    private final AdvisoryKey keys;
    private final Wait wait;
    private final Duration leaseTime;
    private final int seatsMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<LockName, AdvisoryLine> lines = new LinkedHashMap<>();
    private final Map<AcquisitionId, AdvisoryLine> waiting = new HashMap<>();
    private final List<AdvisorySeat> seats = new ArrayList<>();

    AdvisoryLines(
            DriverContext context,
            AdvisorySessions sessions,
            AdvisoryGrants grants,
            AdvisoryKey keys,
            Wait wait,
            Duration leaseTime,
            int seatsMax) {
        this.context = context;
        this.sessions = sessions;
        this.grants = grants;
        this.keys = keys;
        this.wait = wait;
        this.leaseTime = leaseTime;
        this.seatsMax = seatsMax;
    }

    /** Queues an acquire without asking whether the lock is free, if it is known to be contended. */
    boolean joinIfContended(AcquireRequest request) {
        lock.lock();
        try {
            boolean contended = waiting.containsKey(request.id())
                    || lines.containsKey(request.name())
                    || idleSeat(keys.of(request.name())) != null;
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
                seat(line);
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
                seat(line);
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
                unseat(line);
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

    /** Gives a line that has none a seat, if there is one. */
    private void seat(AdvisoryLine line) {
        if (line.seat != null || line.refused) {
            return;
        }
        AdvisorySeat seat = idleSeat(line.key());
        if (seat == null) {
            seat = idleSeat(null);
        }
        if (seat == null && seats.size() < seatsMax) {
            seat = new AdvisorySeat();
            AdvisorySeat opening = seat;
            seats.add(opening);
            take(opening, line);
            CompletableFuture<?> unused =
                    sessions.openWaiting().whenComplete((session, failure) -> opened(opening, session));
        } else if (seat != null) {
            take(seat, line);
            wait.begin(seat, Objects.requireNonNull(seat.session), line);
        }
    }

    private void take(AdvisorySeat seat, AdvisoryLine line) {
        seat.line = line;
        seat.since = context.ticker().nanos();
        line.seat = seat;
    }

    /** An idle seat, of those that know this lock as contended if one is named. */
    private @Nullable AdvisorySeat idleSeat(@Nullable Long contended) {
        return seats.stream()
                .filter(seat -> seat.idle() && (contended == null || contended.equals(seat.contended)))
                .findFirst()
                .orElse(null);
    }

    private void opened(AdvisorySeat seat, @Nullable AdvisorySession session) {
        lock.lock();
        try {
            seat.session = session;
            AdvisoryLine line = seat.line;
            if (session == null || session.ended()) {
                seats.remove(seat);
                if (line != null) {
                    unseat(line);
                    // It polls, and so finds out what is wrong.
                    context.look(line.queue.element());
                }
            } else if (line != null) {
                seat.since = context.ticker().nanos();
                wait.begin(seat, session, line);
            } else {
                vacant(seat);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void unseat(AdvisoryLine line) {
        if (line.seat != null) {
            line.seat.line = null;
            line.seat = null;
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
        unseat(line);
        lines.remove(line.name(), line);
        if (line.over != null) {
            line.over.complete(true);
        }
        vacant(seat);
    }

    /** A seat has got its lock. */
    Handed granted(AdvisorySeat seat, AdvisoryLine line, AdvisorySession session, AdvisoryStatements.Taken taken) {
        lock.lock();
        try {
            unseat(line);
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
        seat(line);
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
                wait.begin(seat, session, line);
            } else {
                line.refused = true;
                unseat(line);
                context.look(line.queue.element());
                vacant(seat);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A session has no lock any more. */
    void unlocked(AdvisorySession session) {
        lock.lock();
        try {
            seats.stream()
                    .filter(seat -> session.equals(seat.session))
                    .findFirst()
                    .ifPresent(this::vacant);
        } finally {
            lock.unlock();
        }
    }

    private void vacant(AdvisorySeat seat) {
        seat.holds = false;
        seat.since = context.ticker().nanos();
        lines.values().stream()
                .filter(line -> line.seat == null && !line.refused && !line.queue.isEmpty())
                .findFirst()
                .ifPresent(line -> {
                    take(seat, line);
                    wait.begin(seat, Objects.requireNonNull(seat.session), line);
                });
    }

    /** A session is over, and its seat free for another one. */
    void ended(AdvisorySession session) {
        lock.lock();
        try {
            for (AdvisorySeat seat : List.copyOf(seats)) {
                if (!session.equals(seat.session)) {
                    continue;
                }
                seats.remove(seat);
                AdvisoryLine line = seat.line;
                if (line != null) {
                    unseat(line);
                    if (line.over != null) {
                        line.over.complete(true);
                    }
                    goOn(line);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The seats as they are now. */
    List<AdvisorySeat.View> seats() {
        lock.lock();
        try {
            return seats.stream().flatMap(seat -> seat.view().stream()).toList();
        } finally {
            lock.unlock();
        }
    }
}
