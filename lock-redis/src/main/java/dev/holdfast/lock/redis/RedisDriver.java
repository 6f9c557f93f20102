package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The protocol of docs/redis.md, from the client's side. Safe for use by several threads. */
final class RedisDriver implements LockDriver {
    private static final int BATCH = 500;
    private static final String EXCLUSIVE = "x";
    private static final long SHORTEST_POLL = 20;
    private static final long LONGEST_POLL = 100;

    /** The answers of enter.lua and look.lua. */
    private static final long GRANTED = 1;

    private static final long WAITING = 2;
    private static final long BUSY = 3;
    private static final long GRACE = 5;

    /** The answers of renew.lua. */
    private static final long NOT_HELD = 0;

    private static final long RENEWED = 1;

    private final DriverContext context;
    private final RedisConnection connection;
    private final RedisWaiters waiters;
    private final RedisSubscriber subscriber;
    private final Durability durability;
    private final RedisLayout layout;
    private final DriverInfo info;
    private final Duration leaseTime;
    private final String lease;
    private final String floor;
    private final RedisRegisters registers;
    private final AtomicLong requests = new AtomicLong();

    RedisDriver(
            DriverContext context,
            RedisConnection connection,
            RedisWaiters waiters,
            RedisSubscriber subscriber,
            Durability durability,
            DriverInfo info) {
        this.context = context;
        this.connection = connection;
        this.waiters = waiters;
        this.subscriber = subscriber;
        this.durability = durability;
        this.layout = new RedisLayout(context.options().namespace());
        this.registers =
                new RedisRegisters(connection, layout, context.options().storeTimeout());
        this.info = info;
        this.leaseTime = info.leaseTime();
        this.lease = Long.toString(leaseTime.toMillis());
        this.floor = Long.toString(context.options().tokenFloor());
    }

    @Override
    public DriverInfo info() {
        return info;
    }

    @Override
    public Answer enter(AcquireRequest request) throws InterruptedException {
        return ask(RedisScript.ENTER, request);
    }

    @Override
    public Answer look(AcquireRequest request) throws InterruptedException {
        return ask(RedisScript.LOOK, request);
    }

    private Answer ask(RedisScript script, AcquireRequest request) throws InterruptedException {
        // Rising for each id, since one client numbers them all.
        long n = requests.incrementAndGet();
        String channel = subscriber.confirmedChannel();
        String id = request.id().value();
        String number = Long.toString(n);
        List<String> arguments = script == RedisScript.ENTER
                ? List.of(id, number, lease, EXCLUSIVE, flag(request.mayWait()), channel, floor)
                : List.of(id, number, lease, EXCLUSIVE, channel);
        // Before the sending: the server's timer starts later than this, whatever happens on the way (rule S4).
        long sent = context.ticker().nanos();
        if (request.mayWait()) {
            waiters.sending(request, n, sent);
        }
        try {
            List<Long> reply = connection.run(
                    durability.script(script),
                    durability.keys(List.of(layout.lock(request.name()))),
                    durability.arguments(arguments),
                    within(request.timeout()));
            return answer(request, reply, sent, channel);
        } catch (InterruptedException e) {
            waiters.unanswered(request.id());
            throw e;
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.UNKNOWN) {
                waiters.unanswered(request.id());
            } else {
                waiters.notExecuted(request.id(), n);
            }
            throw e;
        }
    }

    private Answer answer(AcquireRequest request, List<Long> reply, long sent, String channel) {
        long kind = reply.get(0);
        long value = reply.get(1);
        if (kind == WAITING) {
            return new Answer.Waiting(recheckAfter(value, channel));
        }
        waiters.forget(request.id());
        if (kind == GRANTED) {
            Ticket ticket = new Ticket(request.unanswered());
            return new Answer.Granted(new Grant(request.id(), request.name(), value, sent, leaseTime, ticket));
        }
        if (kind == GRACE) {
            throw StoreException.notExecuted(
                    "the server has restarted, was promoted, has lost its data or is new, and grants nothing until old"
                            + " leases are over, in " + value + "ms (durability=strict)",
                    null);
        }
        return kind == BUSY ? new Answer.Busy() : new Answer.Gone();
    }

    /** Without a push path a waiter polls; jitter keeps waiters apart. */
    private static Duration recheckAfter(long advised, String channel) {
        long limit = channel.equals(RedisLayout.NO_CHANNEL)
                ? ThreadLocalRandom.current().nextLong(SHORTEST_POLL, LONGEST_POLL + 1)
                : Long.MAX_VALUE;
        return Duration.ofMillis(Math.max(1, Math.min(advised, limit)));
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        waiters.forget(request.id());
        List<String> arguments = List.of(request.id().value(), lease, flag(request.unanswered()));
        try {
            finish(RedisScript.LEAVE, List.of(layout.lock(request.name())), arguments, within(request.timeout()));
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
        long sent = context.ticker().nanos();
        return each(
                        RedisScript.RENEW,
                        grants,
                        grant -> List.of(grant.id().value(), Long.toString(grant.token())),
                        deadline)
                .stream()
                .map(reply -> reply.isPresent() ? renewal(reply.get(), sent) : new Renewal.Unknown())
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
        return each(
                        RedisScript.RELEASE,
                        grants,
                        grant -> List.of(
                                grant.id().value(),
                                Long.toString(grant.token()),
                                flag(!(grant.ticket() instanceof Ticket ticket) || ticket.unanswered())),
                        deadline)
                .stream()
                .map(reply -> reply.map(RedisDriver::released).orElse(ReleaseOutcome.UNKNOWN))
                .toList();
    }

    private static ReleaseOutcome released(long reply) {
        return reply == 1 ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
    }

    /** One script for all of these grants, or on a Cluster one for each; empty where its outcome is unknown. */
    private List<Optional<Long>> each(
            RedisScript script, List<Grant> grants, Function<Grant, List<String>> own, Deadline deadline) {
        if (connection.isCluster()) {
            List<List<String>> arguments = new ArrayList<>(grants.size());
            for (Grant grant : grants) {
                List<String> one = new ArrayList<>(List.of(lease));
                one.addAll(own.apply(grant));
                arguments.add(one);
            }
            return connection.finishEach(durability.script(script), keys(grants), arguments, deadline);
        }
        List<String> arguments = new ArrayList<>(List.of(lease));
        grants.forEach(grant -> arguments.addAll(own.apply(grant)));
        return finish(script, keys(grants), arguments, deadline).stream()
                .map(Optional::of)
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

    private List<Long> finish(RedisScript script, List<String> locks, List<String> arguments, Deadline deadline) {
        return connection.finish(
                durability.script(script), durability.keys(locks), durability.arguments(arguments), deadline);
    }

    private List<String> keys(List<Grant> grants) {
        List<String> keys = new ArrayList<>(grants.size());
        for (Grant grant : grants) {
            keys.add(layout.lock(grant.name()));
        }
        return keys;
    }

    private static String flag(boolean value) {
        return value ? "1" : "0";
    }

    private Deadline within(Duration timeout) {
        return connection.within(timeout);
    }

    @Override
    public Optional<RegisterDriver> registers() {
        return Optional.of(registers);
    }

    @Override
    public void close() {
        subscriber.close();
        connection.close();
    }
}
