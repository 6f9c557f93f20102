package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.DriverContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The bounded number of sessions that wait, and which line each of them has. Every call holds the lock of
 * {@link AdvisoryLines}, but for the end of an opening, which takes it.
 */
final class AdvisorySeats {
    /** Sends the statement that waits. */
    @FunctionalInterface
    interface Wait {
        void begin(AdvisorySeat seat, AdvisorySession session, AdvisoryLine line);
    }

    private final DriverContext context;
    private final AdvisorySessions sessions;
    private final ReentrantLock lock;
    private final Wait wait;
    private final int max;
    private final Supplier<Collection<AdvisoryLine>> lines;
    private final List<AdvisorySeat> seats = new ArrayList<>();

    AdvisorySeats(
            DriverContext context,
            AdvisorySessions sessions,
            ReentrantLock lock,
            Wait wait,
            int max,
            Supplier<Collection<AdvisoryLine>> lines) {
        this.context = context;
        this.sessions = sessions;
        this.lock = lock;
        this.wait = wait;
        this.max = max;
        this.lines = lines;
    }

    /** Gives a line that has none a seat, if there is one. */
    void give(AdvisoryLine line) {
        if (line.seat != null || line.refused) {
            return;
        }
        Optional<AdvisorySeat> idle = idle(line.key())
                .or(() -> seats.stream().filter(AdvisorySeat::idle).findFirst());
        if (idle.isPresent()) {
            take(idle.get(), line);
            begin(idle.get(), Objects.requireNonNull(idle.get().session), line);
        } else if (seats.size() < max) {
            AdvisorySeat opening = new AdvisorySeat();
            seats.add(opening);
            take(opening, line);
            CompletableFuture<?> unused =
                    sessions.openWaiting().whenComplete((session, failure) -> opened(opening, session));
        }
    }

    private void take(AdvisorySeat seat, AdvisoryLine line) {
        seat.line = line;
        seat.since = context.ticker().nanos();
        line.seat = seat;
    }

    /** An idle seat that knows this lock as contended. */
    Optional<AdvisorySeat> idle(long contended) {
        return seats.stream()
                .filter(seat -> seat.idle() && seat.contended != null && seat.contended == contended)
                .findFirst();
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
                begin(seat, session, line);
            } else {
                vacant(seat);
            }
        } finally {
            lock.unlock();
        }
    }

    static void unseat(AdvisoryLine line) {
        if (line.seat != null) {
            line.seat.line = null;
            line.seat = null;
        }
    }

    void begin(AdvisorySeat seat, AdvisorySession session, AdvisoryLine line) {
        wait.begin(seat, session, line);
    }

    /** A seat has nothing to do: the line that has waited longest for one gets it. */
    void vacant(AdvisorySeat seat) {
        seat.holds = false;
        seat.since = context.ticker().nanos();
        lines.get().stream()
                .filter(line -> line.seat == null && !line.refused && !line.queue.isEmpty())
                .findFirst()
                .ifPresent(line -> {
                    take(seat, line);
                    begin(seat, Objects.requireNonNull(seat.session), line);
                });
    }

    /** The seat of this session. */
    Optional<AdvisorySeat> of(AdvisorySession session) {
        return seats.stream().filter(seat -> session.equals(seat.session)).findFirst();
    }

    void remove(AdvisorySeat seat) {
        seats.remove(seat);
    }

    List<AdvisorySeat.View> views() {
        return seats.stream().flatMap(seat -> seat.view().stream()).toList();
    }
}
