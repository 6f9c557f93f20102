package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** What becomes of grants: renewal and release, each server asked once for all of them, a majority deciding. */
final class RedlockLeases {
    private static final int BATCH = 500;

    /** This server has not said anything of a grant. */
    private static final byte SILENT = -1;

    /** The replies of renew.lua and release.lua. */
    private static final byte NOT_HELD = 0;

    private static final byte DONE = 1;
    private static final byte RESET = 2;

    private final DriverContext context;
    private final RedlockNodes nodes;
    private final RedlockSettings settings;
    private final RedlockWithdrawal withdrawal;
    private final String lease;

    RedlockLeases(DriverContext context, RedlockNodes nodes, RedlockSettings settings, RedlockWithdrawal withdrawal) {
        this.context = context;
        this.nodes = nodes;
        this.settings = settings;
        this.withdrawal = withdrawal;
        this.lease = Long.toString(settings.leaseTime().toMillis());
    }

    /** What one server is asked for one grant. */
    private record Entry(int grant, RedlockRound round, List<String> arguments) {}

    List<Renewal> renew(List<Grant> grants) {
        // Before the first sending, see rule S4.
        long sent = context.ticker().nanos();
        RedlockTally<byte[]> tally = nodes.askAll(
                (node, connection, deadline) -> renewAt(node, grants, connection, deadline),
                context.options().storeTimeout());
        await(tally, grants.size());
        List<Renewal> renewals = new ArrayList<>(grants.size());
        Collection<byte[]> answers = tally.answers().values();
        for (int i = 0; i < grants.size(); i++) {
            int grant = i;
            int lost = count(answers, answer -> answer[grant] == NOT_HELD || answer[grant] == RESET ? 1 : 0);
            if (count(answers, answer -> answer[grant] == DONE ? 1 : 0) >= nodes.majority()) {
                renewals.add(new Renewal.Renewed(sent, settings.validity()));
            } else if (lost > nodes.size() - nodes.majority()) {
                boolean reset = count(answers, answer -> answer[grant] == RESET ? 1 : 0) > 0;
                renewals.add(new Renewal.Lost(reset ? LossReason.STORE_RESET : LossReason.EXPIRED));
            } else {
                renewals.add(new Renewal.Unknown());
            }
        }
        return renewals;
    }

    private byte[] renewAt(int node, List<Grant> grants, RedisConnection connection, Deadline deadline)
            throws InterruptedException {
        byte[] replies = new byte[grants.size()];
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            RedlockRound round = round(grants.get(i));
            long token = round == null ? 0 : round.tokenAt(node);
            if (round != null && token > 0) {
                entries.add(new Entry(i, round, List.of(round.holder(), Long.toString(token))));
            } else {
                replies[i] = round != null && round.isUnanswered(node) ? SILENT : NOT_HELD;
            }
        }
        run(RedisScript.RENEW, entries, connection, deadline, (entry, reply) -> {
            replies[entry.grant()] = reply;
            if (reply != DONE) {
                entry.round().gone(node);
            }
        });
        return replies;
    }

    List<ReleaseOutcome> release(List<Grant> grants) {
        for (Grant grant : grants) {
            RedlockRound round = round(grant);
            if (round != null) {
                // What turns up from now on is taken back.
                round.withdrawnBy(withdrawal);
            }
        }
        RedlockTally<byte[]> tally = nodes.ask(
                node -> Optional.empty(),
                (node, connection, deadline) -> releaseAt(node, grants, connection, deadline),
                node -> takeBack(node, grants),
                context.options().storeTimeout());
        await(tally, grants.size());
        List<ReleaseOutcome> outcomes = new ArrayList<>(grants.size());
        Collection<byte[]> answers = tally.answers().values();
        for (int i = 0; i < grants.size(); i++) {
            int grant = i;
            if (count(answers, answer -> answer[grant] == DONE ? 1 : 0) >= nodes.majority()) {
                outcomes.add(ReleaseOutcome.RELEASED);
            } else {
                boolean gone =
                        count(answers, answer -> answer[grant] == NOT_HELD ? 1 : 0) > nodes.size() - nodes.majority();
                outcomes.add(gone ? ReleaseOutcome.NOT_HELD : ReleaseOutcome.UNKNOWN);
            }
        }
        return outcomes;
    }

    /** What a release that failed has left there is taken back one by one. */
    private void takeBack(int node, List<Grant> grants) {
        for (Grant grant : grants) {
            RedlockRound round = round(grant);
            if (round != null) {
                withdrawal.later(round, node);
            }
        }
    }

    private byte[] releaseAt(int node, List<Grant> grants, RedisConnection connection, Deadline deadline)
            throws InterruptedException {
        byte[] replies = new byte[grants.size()];
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            RedlockRound round = round(grants.get(i));
            if (round != null && round.mayBeAt(node)) {
                String unanswered = round.isUnanswered(node) ? "1" : "0";
                String token = Long.toString(round.tokenAt(node));
                entries.add(new Entry(i, round, List.of(round.holder(), token, unanswered)));
            }
        }
        run(RedisScript.RELEASE, entries, connection, deadline, (entry, reply) -> {
            replies[entry.grant()] = reply;
            entry.round().gone(node);
        });
        return replies;
    }

    @FunctionalInterface
    private interface Reply {
        void of(Entry entry, byte reply);
    }

    private void run(
            RedisScript script, List<Entry> entries, RedisConnection connection, Deadline deadline, Reply reply)
            throws InterruptedException {
        for (int from = 0; from < entries.size(); from += BATCH) {
            List<Entry> batch = entries.subList(from, Math.min(from + BATCH, entries.size()));
            List<String> keys = new ArrayList<>(batch.size());
            List<String> arguments = new ArrayList<>();
            arguments.add(lease);
            for (Entry entry : batch) {
                keys.add(entry.round().key());
                arguments.addAll(entry.arguments());
            }
            List<Long> answers = connection.run(script, keys, arguments, deadline);
            for (int i = 0; i < batch.size(); i++) {
                reply.of(batch.get(i), answers.get(i).byteValue());
            }
        }
    }

    /** The try that was granted; nothing if the grant does not come from this driver, or the try has another token. */
    private static @Nullable RedlockRound round(Grant grant) {
        return grant.ticket() instanceof RedlockRound round && round.token() == grant.token() ? round : null;
    }

    /** Until all are done by a majority, or nothing more is to be expected. */
    private void await(RedlockTally<byte[]> tally, int grants) {
        tally.awaitUninterrupted(
                answers -> {
                    for (int i = 0; i < grants; i++) {
                        int grant = i;
                        if (count(answers.values(), answer -> answer[grant] == DONE ? 1 : 0) < nodes.majority()) {
                            return false;
                        }
                    }
                    return true;
                },
                nodes.within(context.options().storeTimeout()));
    }

    private static int count(Collection<byte[]> answers, ToIntFunction<byte[]> one) {
        return answers.stream().mapToInt(one).sum();
    }
}
