package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one session's lease alive: one request every third of its ttl, each at most a sixth of it long, from an own
 * loop. jetcd's streaming keep-alive is not used: it counts on the wall clock from the arrival of the answer and can
 * stop without a word.
 */
final class EtcdKeepAlive {
    private static final Duration SOON = Duration.ofMillis(10);

    private final EtcdConnection connection;
    private final DriverContext context;
    private final EtcdSession session;
    private final Consumer<Throwable> onOver;
    private final Runnable onBeat;
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> inFlight = new AtomicReference<>();
    private volatile @Nullable ScheduledFuture<?> next;
    private volatile boolean stopped;

    /**
     * A loop, not yet running.
     *
     * @param onOver called when the lease is gone or has not been confirmed for its ttl
     * @param onBeat called after each confirmation
     */
    EtcdKeepAlive(
            EtcdConnection connection,
            DriverContext context,
            EtcdSession session,
            Consumer<Throwable> onOver,
            Runnable onBeat) {
        this.connection = connection;
        this.context = context;
        this.session = session;
        this.onOver = onOver;
        this.onBeat = onBeat;
    }

    void start() {
        schedule(untilDue());
    }

    void stop() {
        stopped = true;
        ScheduledFuture<?> pending = next;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    private Duration ttl() {
        return session.beat().ttl();
    }

    private void schedule(Duration delay) {
        if (!stopped) {
            next = context.timer().schedule(this::tick, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
            if (stopped) {
                stop();
            }
        }
    }

    private void tick() {
        if (stopped || session.ended() != null) {
            return;
        }
        if (session.expired()) {
            onOver.accept(StoreException.unknown("no keep-alive was confirmed within " + ttl(), null));
            return;
        }
        Duration early = untilDue();
        if (early.compareTo(SOON) > 0) {
            // A renewal has asked for a keep-alive since.
            schedule(early);
            return;
        }
        CompletableFuture<Boolean> ignored = beat().whenComplete((ok, error) -> {
            if (Boolean.TRUE.equals(ok)) {
                schedule(untilDue());
            } else {
                Duration left = ttl().minus(session.age());
                Duration again = ttl().dividedBy(12);
                schedule(left.compareTo(again) < 0 ? left : again);
            }
        });
    }

    private Duration untilDue() {
        return ttl().dividedBy(3).minus(session.age());
    }

    /**
     * One keep-alive; whoever comes while one is on its way shares it.
     *
     * @return whether it was confirmed; never fails
     */
    CompletableFuture<Boolean> beat() {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> other = inFlight.compareAndExchange(null, mine);
        if (other != null) {
            return other;
        }
        long sentAt = connection.ticker().nanos();
        CompletableFuture<LeaseKeepAliveResponse> reply =
                connection.send(c -> c.getLeaseClient().keepAliveOnce(session.lease()));
        ScheduledFuture<?> giveUp = context.timer()
                .schedule(() -> finish(mine, false), ttl().dividedBy(6).toNanos(), TimeUnit.NANOSECONDS);
        CompletableFuture<LeaseKeepAliveResponse> ignored = reply.whenComplete((answer, error) -> {
            giveUp.cancel(false);
            finish(mine, error == null ? confirmed(sentAt, answer) : denied(error));
        });
        return mine;
    }

    /** Also for an answer that comes after its time-out: it counts from its own sending. */
    private boolean confirmed(long sentAt, LeaseKeepAliveResponse answer) {
        session.beaten(new EtcdSession.Beat(sentAt, Duration.ofSeconds(answer.getTTL())));
        onBeat.run();
        return !session.expired();
    }

    private boolean denied(Throwable error) {
        if (EtcdErrors.leaseNotFound(error)) {
            onOver.accept(error);
        }
        return false;
    }

    private void finish(CompletableFuture<Boolean> beat, boolean ok) {
        // First make room for the next one: those who wait for this one may ask for it at once.
        inFlight.compareAndSet(beat, null);
        beat.complete(ok);
    }
}
