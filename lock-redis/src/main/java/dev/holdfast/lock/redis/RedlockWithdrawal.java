package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Takes back what servers have of a try: at once, and again while a server does not answer, until the lease time has
 * removed it anyway. A server whose answer is open gets a tombstone, so that nothing comes of it late (rule S10).
 */
final class RedlockWithdrawal {
    private static final long FIRST_PAUSE_MILLIS = 200;

    private final RedlockNodes nodes;
    private final DriverContext context;
    private final Duration leaseTime;
    private final String lease;

    RedlockWithdrawal(RedlockNodes nodes, DriverContext context, Duration leaseTime) {
        this.nodes = nodes;
        this.context = context;
        this.leaseTime = leaseTime;
        this.lease = Long.toString(leaseTime.toMillis());
    }

    /** Sends what is needed; the answers may be waited for, or not. */
    RedlockTally<Boolean> of(RedlockRound round) {
        round.withdrawnBy(this);
        return nodes.ask(
                node -> round.mayBeAt(node) ? Optional.empty() : Optional.of(true),
                (node, connection, deadline) -> {
                    leave(round, node, connection, deadline);
                    return true;
                },
                node -> later(round, node),
                context.options().storeTimeout());
    }

    private void leave(RedlockRound round, int node, RedisConnection connection, Deadline deadline)
            throws InterruptedException {
        String unanswered = round.isUnanswered(node) ? "1" : "0";
        connection.run(RedisScript.LEAVE, List.of(round.key()), List.of(round.holder(), lease, unanswered), deadline);
        round.gone(node);
    }

    private void repeat(RedlockRound round, int node, long pause) {
        Duration timeout = context.options().storeTimeout();
        long age = context.ticker().nanos() - round.begun();
        if (!round.mayBeAt(node) || age - leaseTime.plus(timeout).toNanos() > 0) {
            return;
        }
        nodes.node(node)
                .ask(
                        (connection, deadline) -> {
                            leave(round, node, connection, deadline);
                            return true;
                        },
                        nodes.within(timeout),
                        done -> {},
                        failure -> later(round, node, 2 * pause));
    }

    /** Something of a try that is over may be at this server: a request failed, or was answered late. */
    void later(RedlockRound round, int node) {
        later(round, node, FIRST_PAUSE_MILLIS);
    }

    private void later(RedlockRound round, int node, long pause) {
        if (!round.mayBeAt(node)) {
            return;
        }
        try {
            Future<?> unused = context.timer().schedule(() -> repeat(round, node, pause), pause, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // The client is closed; the entry lapses.
            return;
        }
    }
}
