package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The way to a grant: try, wait, leave. Safe for use by several threads. */
final class RedlockAcquires {
    private static final String EXCLUSIVE = "x";
    private static final long SHORTEST_POLL = 20;
    private static final int MOST_DOUBLINGS = 3;
    private static final long LONGEST_GRACE_POLL = 1_000;

    private final DriverContext context;
    private final RedlockNodes nodes;
    private final RedlockSettings settings;
    private final RedlockWithdrawal withdrawal;
    private final RedisLayout layout;
    private final Map<AcquisitionId, Waiter> waiters = new ConcurrentHashMap<>();
    private final AtomicLong rounds = new AtomicLong();

    /** What is known of one acquire. Its calls do not overlap. */
    private static final class Waiter {
        private volatile List<RedlockRound> open = List.of();
        private volatile @Nullable RedlockRound granted;
        private volatile long seen;
        private volatile int refusals;

        /** Only tries that may still hold back others are remembered. */
        void begin(RedlockRound round, int majority) {
            List<RedlockRound> kept = new ArrayList<>(open);
            kept.removeIf(old -> old.clean() >= majority);
            kept.add(round);
            open = List.copyOf(kept);
        }
    }

    RedlockAcquires(DriverContext context, RedlockNodes nodes, RedlockSettings settings, RedlockWithdrawal withdrawal) {
        this.context = context;
        this.nodes = nodes;
        this.settings = settings;
        this.withdrawal = withdrawal;
        this.layout = new RedisLayout(context.options().namespace());
    }

    Answer enter(AcquireRequest request) throws InterruptedException {
        return contend(waiters.computeIfAbsent(request.id(), id -> new Waiter()), request);
    }

    /** One server is asked first whether a try by all is worth it: a lock that is held costs one request. */
    Answer look(AcquireRequest request) throws InterruptedException {
        Waiter waiter = waiters.get(request.id());
        if (waiter == null) {
            return new Answer.Gone();
        }
        if (waiter.granted == null) {
            try {
                long left = peek(waiter, request);
                if (left > 0) {
                    return waiting(waiter, left, 0);
                }
            } catch (StoreException e) {
                // Whether the lock can be had is for the others to say.
                return contend(waiter, request);
            }
        }
        return contend(waiter, request);
    }

    private long peek(Waiter waiter, AcquireRequest request) throws InterruptedException {
        RedlockNode node = nodes.any();
        Deadline deadline = nodes.within(atMost(request.timeout(), settings.nodeTimeout()));
        try {
            List<Long> reply = node.connection()
                    .run(RedisScript.REDLOCK_PEEK, List.of(layout.lock(request.name())), List.of(), deadline);
            node.showed(RedlockVote.clock(reply));
            waiter.seen = Math.max(waiter.seen, RedlockVote.value(reply));
            return reply.get(0);
        } catch (StoreException e) {
            node.fellSilent();
            throw e;
        }
    }

    /** A try under an id that no other has, so that taking back an earlier one can never take back a later one. */
    private RedlockRound next(Waiter waiter, AcquireRequest request, String key, long now) {
        String holder = request.id().value() + "~" + rounds.incrementAndGet();
        RedlockRound round = new RedlockRound(key, holder, now, nodes.size());
        waiter.begin(round, nodes.majority());
        return round;
    }

    private Answer contend(Waiter waiter, AcquireRequest request) throws InterruptedException {
        String key = layout.lock(request.name());
        // Before the first sending: every server's timer starts later than this (rule S4).
        long sent = context.ticker().nanos();
        RedlockRound held = waiter.granted;
        RedlockRound round = held == null ? next(waiter, request, key, sent) : held;
        long proposal =
                Math.max(nodes.clock(), Math.max(waiter.seen, context.options().tokenFloor()) + 1);
        List<String> keys = List.of(key, layout.record());
        List<String> arguments = List.of(
                round.holder(),
                Long.toString(settings.leaseTime().toMillis()),
                EXCLUSIVE,
                Long.toString(proposal),
                RedisLayout.PROTOCOL,
                Long.toString(settings.maxLease().toMillis()));
        round.sending();
        RedlockTally<List<Long>> tally = nodes.askAll(
                (node, connection, deadline) -> {
                    List<Long> reply = round.enter(
                            node, () -> connection.run(RedisScript.REDLOCK_ENTER, keys, arguments, deadline));
                    nodes.node(node).showed(RedlockVote.clock(reply));
                    nodes.node(node).rests(RedlockVote.graceMillis(reply));
                    return reply;
                },
                context.options().storeTimeout());
        awaitDecision(tally, nodes.within(request.timeout()));
        Map<Integer, List<Long>> answers = tally.answers();
        RedlockVote vote = new RedlockVote(answers, nodes.size());
        waiter.seen = Math.max(waiter.seen, vote.seen());
        if (!vote.isRefused() && vote.isMajority() && settle(round, vote, request)) {
            waiter.granted = round;
            waiter.refusals = 0;
            return new Answer.Granted(
                    new Grant(request.id(), request.name(), round.token(), sent, settings.validity(), round));
        }
        RedlockTally<Boolean> leaving = withdrawal.of(round);
        waiter.granted = null;
        if (vote.isRefused()) {
            waiters.remove(request.id());
            throw refused();
        }
        if (answers.size() < nodes.majority()) {
            List<StoreException> failures = tally.failures();
            StoreException failure = nodes.unavailable(failures, answers.size() + failures.size() < nodes.size());
            if (failure.kind() != StoreException.Kind.UNKNOWN) {
                // Nobody may ask for this acquire again; its tries are taken back all the same.
                waiters.remove(request.id());
            }
            throw failure;
        }
        if (vote.isResting()) {
            waiters.remove(request.id());
            throw StoreException.notExecuted(
                    "a majority of the servers has restarted, lost its data or is new, and grants nothing until old"
                            + " leases are over, the first of them in " + vote.graceMillis() + "ms",
                    null);
        }
        if (!request.mayWait()) {
            waiters.remove(request.id());
            leaving.await(left -> false, nodes.within(atMost(request.timeout(), settings.nodeTimeout())));
            return new Answer.Busy();
        }
        return waiting(waiter, Long.MAX_VALUE, vote.graceMillis());
    }

    /** Once a majority has answered without a decision, the others have a little time left. */
    private void awaitDecision(RedlockTally<List<Long>> tally, Deadline limit) throws InterruptedException {
        tally.await(answers -> answers.size() >= nodes.majority(), limit);
        Deadline end = limit.atMost(settings.nodeTimeout());
        tally.await(answers -> new RedlockVote(answers, nodes.size()).isDecided(), end);
    }

    /** Settles the token, with a second request if no majority keeps it yet; false if the lock slipped away. */
    private boolean settle(RedlockRound round, RedlockVote vote, AcquireRequest request) throws InterruptedException {
        long token = vote.token();
        if (round.token() != 0 && vote.isKept(round.token()) && token <= round.token()) {
            // The same grant, asked for again (rule S6).
            return true;
        }
        if (!vote.isKept(token)) {
            RedlockTally<Boolean> raising = new RedlockRaise(nodes, round, vote.given(), token)
                    .send(context.options().storeTimeout());
            raising.await(answers -> kept(answers) >= nodes.majority(), nodes.within(request.timeout()));
            if (kept(raising.answers()) < nodes.majority()) {
                return false;
            }
        }
        round.granted(token);
        return true;
    }

    private static long kept(Map<Integer, Boolean> answers) {
        return answers.values().stream().filter(kept -> kept).count();
    }

    private StoreException refused() {
        return StoreException.refused(
                "a server belongs to another protocol, mode or maxLease than this client, whose maxLease is "
                        + settings.maxLease().toMillis() + "ms: all clients of namespace '"
                        + context.options().namespace() + "' use the same, on all servers (key " + layout.record()
                        + ")",
                null);
    }

    /** Waits longer the more often it was in vain, up to a limit, and never as long as anybody else. */
    private Answer waiting(Waiter waiter, long held, long grace) {
        int refusals = waiter.refusals;
        waiter.refusals = refusals + 1;
        int doublings = Math.min(refusals, MOST_DOUBLINGS);
        long most = SHORTEST_POLL << doublings;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long delay = random.nextLong(most / 2, most + 1);
        if (grace > 0) {
            delay += Math.min(grace, LONGEST_GRACE_POLL);
        } else if (held < delay) {
            delay = held + random.nextLong(SHORTEST_POLL);
        }
        return new Answer.Waiting(Duration.ofMillis(Math.max(1, delay)));
    }

    LeaveOutcome leave(AcquireRequest request) {
        Waiter waiter = waiters.remove(request.id());
        if (waiter == null) {
            // Never sent, or taken back already: see contend.
            return LeaveOutcome.GONE;
        }
        List<RedlockRound> tries = waiter.open;
        List<RedlockTally<Boolean>> leaving = new ArrayList<>();
        for (RedlockRound round : tries) {
            leaving.add(withdrawal.of(round));
        }
        Deadline limit = nodes.within(request.timeout());
        for (int i = 0; i < tries.size(); i++) {
            RedlockRound round = tries.get(i);
            leaving.get(i).awaitUninterrupted(answers -> round.clean() >= nodes.majority(), limit);
            if (round.clean() < nodes.majority()) {
                waiter.granted = null;
                waiters.put(request.id(), waiter);
                return LeaveOutcome.UNKNOWN;
            }
        }
        return LeaveOutcome.GONE;
    }

    /** Nothing more will be asked for this acquire but the end of its grant. */
    void forget(AcquisitionId id) {
        waiters.remove(id);
    }

    private static Duration atMost(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
