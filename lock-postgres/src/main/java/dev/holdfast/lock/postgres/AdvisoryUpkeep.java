package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.DriverContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Keeps sessions alive that would be idle for too long, finds waits that only this client believes in, and closes
 * sessions that nobody has needed for a while. At most one statement for each session and third of the lease time.
 */
final class AdvisoryUpkeep implements AutoCloseable {
    private static final long UNUSED_NANOS = Duration.ofSeconds(30).toNanos();

    private final DriverContext context;
    private final AdvisorySessions sessions;
    private final AdvisoryWaits waits;
    private final Duration leaseTime;
    private final ScheduledFuture<?> task;

    /** Waits that the server did not know when it was asked last; by session, since when. Confined to the timer. */
    private final Map<AdvisorySession, Long> suspects = new HashMap<>();

    AdvisoryUpkeep(DriverContext context, AdvisorySessions sessions, AdvisoryWaits waits, Duration leaseTime) {
        this.context = context;
        this.sessions = sessions;
        this.waits = waits;
        this.leaseTime = leaseTime;
        long interval = leaseTime.toNanos() / 6;
        this.task = context.timer().scheduleWithFixedDelay(this::run, interval, interval, TimeUnit.NANOSECONDS);
    }

    private void run() {
        long now = context.ticker().nanos();
        sessions.sharedNow().filter(session -> isDue(session, now)).ifPresent(this::pingShared);
        for (AdvisorySeat.View seat : waits.lines().seats()) {
            AdvisorySession session = seat.session();
            boolean unused = !seat.waits() && !seat.holds();
            if (unused && now - seat.since() > Math.max(UNUSED_NANOS, leaseTime.toNanos())) {
                session.end(null);
            } else if (!seat.waits() && isDue(session, now)) {
                CompletableFuture<?> unusedAnswer = session.ping(AdvisoryStatements::ping);
            }
        }
    }

    private boolean isDue(AdvisorySession session, long now) {
        return now - session.validFrom() >= leaseTime.toNanos() / 3;
    }

    /** The heartbeat of the shared session also asks after the waits that have lasted for long. */
    private void pingShared(AdvisorySession shared) {
        List<AdvisorySeat.View> old = waits.old();
        if (old.isEmpty()) {
            suspects.clear();
            CompletableFuture<?> unused = shared.ping(AdvisoryStatements::ping);
            return;
        }
        List<Integer> pids =
                old.stream().map(seat -> seat.session().backend().pid()).toList();
        CompletableFuture<?> unused = shared.ping(connection -> {
            Set<Integer> waiting = AdvisoryStatements.stillWaiting(connection, pids);
            context.timer().execute(() -> judge(old, waiting));
            return true;
        });
    }

    /** A wait whose end did not get here is on a dead connection: its session goes, and another one waits. */
    private void judge(List<AdvisorySeat.View> asked, Set<Integer> waiting) {
        Map<AdvisorySession, Long> before = Map.copyOf(suspects);
        suspects.clear();
        for (AdvisorySeat.View seat : asked) {
            if (waiting.contains(seat.session().backend().pid())) {
                continue;
            }
            // Its answer may be on the way: twice in a row it is not.
            Long since = before.get(seat.session());
            if (since != null && since == seat.since()) {
                seat.session().end(null);
            } else {
                suspects.put(seat.session(), seat.since());
            }
        }
    }

    @Override
    public void close() {
        task.cancel(false);
    }
}
