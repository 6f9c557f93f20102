package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The protocol of docs/redis.md, from the client's side. Safe for use by several threads. */
final class RedisDriver implements LockDriver {
    private static final int BATCH = 500;
    private static final String EXCLUSIVE = "x";
    private static final String NO_CHANNEL = "-";

    /** The answers of enter.lua and look.lua. */
    private static final long GRANTED = 1;

    private static final long WAITING = 2;
    private static final long BUSY = 3;

    /** The answers of renew.lua. */
    private static final long NOT_HELD = 0;

    private static final long RENEWED = 1;

    private final DriverContext context;
    private final RedisConnection connection;
    private final RedisLayout layout;
    private final DriverInfo info;
    private final Duration leaseTime;
    private final String lease;
    private final String floor;
    private final AtomicLong requests = new AtomicLong();

    RedisDriver(DriverContext context, RedisConnection connection, RedisLayout layout, DriverInfo info) {
        this.context = context;
        this.connection = connection;
        this.layout = layout;
        this.info = info;
        this.leaseTime = info.leaseTime();
        this.lease = Long.toString(leaseTime.toMillis());
        this.floor = Long.toString(context.options().tokenFloor());
    }

    /**
     * Carried by a grant.
     *
     * @param unanswered whether an enter of its id may still reach the store, and must find a tombstone after release
     */
    private record Ticket(boolean unanswered) {}

    @Override
    public DriverInfo info() {
        return info;
    }

    @Override
    public Answer enter(AcquireRequest request) throws InterruptedException {
        List<String> arguments = List.of(
                request.id().value(),
                next(),
                lease,
                EXCLUSIVE,
                request.mayWait() ? "1" : "0",
                NO_CHANNEL,
                floor);
        return ask(RedisScript.ENTER, request, arguments);
    }

    @Override
    public Answer look(AcquireRequest request) throws InterruptedException {
        return ask(
                RedisScript.LOOK,
                request,
                List.of(request.id().value(), next(), lease, EXCLUSIVE, NO_CHANNEL));
    }

    /** Numbers the requests of waiters; rising for each id, since one client makes them all. */
    private String next() {
        return Long.toString(requests.incrementAndGet());
    }

    private Answer ask(RedisScript script, AcquireRequest request, List<String> arguments)
            throws InterruptedException {
        // Before the sending: the server's timer starts later than this, whatever happens on the way (rule S4).
        long sent = context.ticker().nanos();
        List<Long> reply =
                connection.run(script, List.of(layout.lock(request.name())), arguments, within(request.timeout()));
        long kind = reply.get(0);
        long value = reply.get(1);
        if (kind == GRANTED) {
            Ticket ticket = new Ticket(request.unanswered());
            return new Answer.Granted(new Grant(request.id(), request.name(), value, sent, leaseTime, ticket));
        }
        if (kind == WAITING) {
            return new Answer.Waiting(recheckAfter(value));
        }
        return kind == BUSY ? new Answer.Busy() : new Answer.Gone();
    }

    /** Without a push path every waiter polls; jitter keeps them apart. */
    private static Duration recheckAfter(long advised) {
        long poll = ThreadLocalRandom.current().nextLong(20, 101);
        return Duration.ofMillis(Math.max(1, Math.min(advised, poll)));
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        List<String> arguments =
                List.of(request.id().value(), lease, flag(request.unanswered()));
        try {
            connection.finish(
                    RedisScript.LEAVE, List.of(layout.lock(request.name())), arguments, within(request.timeout()));
            return LeaveOutcome.GONE;
        } catch (StoreException e) {
            return LeaveOutcome.UNKNOWN;
        }
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        return inBatches(grants, this::renewBatch, new Renewal.Unknown());
    }

    private List<Renewal> renewBatch(List<Grant> grants, Deadline deadline) {
        List<String> arguments = new ArrayList<>(1 + 2 * grants.size());
        arguments.add(lease);
        for (Grant grant : grants) {
            arguments.add(grant.id().value());
            arguments.add(Long.toString(grant.token()));
        }
        long sent = context.ticker().nanos();
        return connection.finish(RedisScript.RENEW, keys(grants), arguments, deadline).stream()
                .map(reply -> renewal(reply, sent))
                .toList();
    }

    private Renewal renewal(long reply, long sent) {
        if (reply == RENEWED) {
            return new Renewal.Renewed(sent, leaseTime);
        }
        return new Renewal.Lost(reply == NOT_HELD ? LossReason.EXPIRED : LossReason.STORE_RESET);
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return inBatches(grants, this::releaseBatch, ReleaseOutcome.UNKNOWN);
    }

    private List<ReleaseOutcome> releaseBatch(List<Grant> grants, Deadline deadline) {
        List<String> arguments = new ArrayList<>(1 + 3 * grants.size());
        arguments.add(lease);
        for (Grant grant : grants) {
            arguments.add(grant.id().value());
            arguments.add(Long.toString(grant.token()));
            arguments.add(flag(!(grant.ticket() instanceof Ticket ticket) || ticket.unanswered()));
        }
        return connection.finish(RedisScript.RELEASE, keys(grants), arguments, deadline).stream()
                .map(reply -> reply == 1 ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD)
                .toList();
    }

    /** One request for each {@value #BATCH} grants, all by one deadline; a batch that fails leaves the others alone. */
    private <T> List<T> inBatches(List<Grant> grants, BiFunction<List<Grant>, Deadline, List<T>> request, T unknown) {
        Deadline deadline = within(context.options().storeTimeout());
        List<T> results = new ArrayList<>(grants.size());
        @Nullable StoreException failure = null;
        boolean answered = false;
        for (int from = 0; from < grants.size(); from += BATCH) {
            List<Grant> batch = grants.subList(from, Math.min(from + BATCH, grants.size()));
            try {
                results.addAll(request.apply(batch, deadline));
                answered = true;
            } catch (StoreException e) {
                failure = e;
                batch.forEach(grant -> results.add(unknown));
            }
        }
        if (failure != null && !answered) {
            throw failure;
        }
        return results;
    }

    private List<String> keys(List<Grant> grants) {
        return grants.stream().map(grant -> layout.lock(grant.name())).toList();
    }

    private static String flag(boolean value) {
        return value ? "1" : "0";
    }

    private Deadline within(Duration timeout) {
        return connection.within(timeout);
    }

    @Override
    public void close() {
        connection.close();
    }
}
