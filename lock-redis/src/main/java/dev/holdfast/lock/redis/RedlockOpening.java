package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Connects to the servers of a Redlock and checks each that answers; a majority must (rule P4). */
final class RedlockOpening {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final DriverContext context;
    private final RedlockSettings settings;
    private final RedlockNodes nodes;
    private final RedisLayout layout;
    private final List<String> remarks = new ArrayList<>();

    private RedlockOpening(DriverContext context, RedlockSettings settings, RedlockNodes nodes) {
        this.context = context;
        this.settings = settings;
        this.nodes = nodes;
        this.layout = new RedisLayout(context.options().namespace());
    }

    /** What one server said. */
    private record Findings(
            String version, List<String> remarks, List<String> record, long graceMillis, long clock, String life) {}

    static LockDriver open(LockUrl url, DriverContext context) {
        RedlockSettings settings = RedlockSettings.of(url, context.options());
        List<RedlockNode> servers = new ArrayList<>();
        for (RedisAddress address : settings.servers()) {
            ConnectGate gate = new ConnectGate(context.ticker());
            servers.add(new RedlockNode(address, new PooledCalls(address, context, gate, 0), context));
        }
        RedlockNodes nodes = new RedlockNodes(servers, context.ticker());
        boolean opened = false;
        try {
            DriverInfo info = new RedlockOpening(context, settings, nodes).check();
            LockDriver driver = new RedlockDriver(context, nodes, settings, info);
            opened = true;
            return driver;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.notExecuted(url + ": interrupted while opening", e);
        } finally {
            if (!opened) {
                nodes.abandon();
            }
        }
    }

    private DriverInfo check() throws InterruptedException {
        RedlockTally<Findings> tally = nodes.askAll(
                (node, connection, deadline) -> {
                    Findings found = findings(connection, deadline);
                    nodes.node(node).showed(found.clock());
                    return found;
                },
                context.options().connectTimeout());
        Deadline deadline = nodes.within(context.options().connectTimeout());
        tally.await(answers -> answers.size() >= nodes.majority(), deadline);
        // What is wrong with one of the others is better said now than later; a dead one is not waited for.
        tally.await(answers -> answers.size() == nodes.size(), deadline.atMost(PATIENCE));
        Map<Integer, Findings> answers = tally.answers();
        for (StoreException failure : tally.failures()) {
            if (failure.kind() == StoreException.Kind.REFUSED) {
                throw failure;
            }
            remarks.add("not checked at open: " + failure.getMessage());
        }
        int silent = nodes.size() - answers.size() - tally.failures().size();
        if (silent > 0) {
            remarks.add("not checked at open: " + silent + " of " + nodes.size() + " servers, which did not answer");
        }
        if (answers.size() < nodes.majority()) {
            throw nodes.unavailable(tally.failures(), false);
        }
        Set<String> versions = new TreeSet<>();
        Set<String> lives = new HashSet<>();
        for (Findings found : answers.values()) {
            versions.add(found.version());
            remarks.addAll(found.remarks());
            if (!lives.add(found.life())) {
                throw StoreException.refused(
                        "two addresses of redlock: lead to the same server; a majority must be of independent ones",
                        null);
            }
        }
        clocks(answers);
        grace(answers);
        return new DriverInfo(
                "Redlock of " + nodes.size() + " Redis",
                String.join(", ", versions),
                Set.of(Claim.TOKENS_SURVIVE_DATA_LOSS),
                settings.leaseTime(),
                remarks.stream().distinct().toList());
    }

    private Findings findings(RedisConnection connection, Deadline deadline) throws InterruptedException {
        RedisServerCheck check = new RedisServerCheck(connection, false, false);
        String version = check.version(deadline);
        String maxLease = Long.toString(settings.maxLease().toMillis());
        List<String> reply = check.strictly(() -> connection.texts(
                RedisScript.REDLOCK_OPEN, layout.record(), List.of(RedisLayout.PROTOCOL, maxLease), deadline));
        List<String> record = reply.subList(0, 3);
        if (!record.equals(List.of(RedisLayout.PROTOCOL, "redlock", maxLease))) {
            throw StoreException.refused(
                    connection.store() + ": namespace '" + context.options().namespace() + "' belongs to protocol "
                            + record.get(0) + ", mode " + record.get(1) + ", maxLease " + record.get(2)
                            + "ms, and this client wants protocol " + RedisLayout.PROTOCOL + ", mode redlock, maxLease "
                            + maxLease + "ms: all its clients use the same; use another namespace, or stop all its"
                            + " users and delete the key " + layout.record() + " on every server",
                    null);
        }
        rehearse(check, connection, deadline);
        return new Findings(
                version,
                check.remarks(),
                record,
                Long.parseLong(reply.get(3)),
                Long.parseLong(reply.get(4)),
                reply.get(5));
    }

    /** Runs the other scripts on a scratch lock, so that a missing privilege shows now and not in a release. */
    private void rehearse(RedisServerCheck check, RedisConnection connection, Deadline deadline)
            throws InterruptedException {
        String key = layout.scratch(AcquisitionId.random());
        String id = AcquisitionId.random().value();
        check.strictly(() -> {
            String maxLease = Long.toString(settings.maxLease().toMillis());
            List<String> entering = List.of(id, "200", "x", "1", RedisLayout.PROTOCOL, maxLease);
            connection.run(RedisScript.REDLOCK_ENTER, List.of(key, layout.record()), entering, deadline);
            connection.run(RedisScript.REDLOCK_PEEK, List.of(key), List.of(), deadline);
            connection.run(RedisScript.REDLOCK_RAISE, List.of(key), List.of(id, "1", "2"), deadline);
            connection.run(RedisScript.RENEW, List.of(key), List.of("200", id, "2"), deadline);
            connection.run(RedisScript.RELEASE, List.of(key), List.of("200", id, "2", "0"), deadline);
            connection.run(RedisScript.LEAVE, List.of(key), List.of(id, "200", "1"), deadline);
            connection.delete(key, deadline);
            return key;
        });
    }

    /** A server that lost its data goes on with tokens above its clock plus maxLease: are these above all others? */
    private void clocks(Map<Integer, Findings> answers) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (int node : answers.keySet()) {
            long ahead = nodes.node(node).ahead().orElseThrow();
            least = Math.min(least, ahead);
            most = Math.max(most, ahead);
        }
        long apart = (most - least) / 1_000;
        if (2 * apart > settings.maxLease().toMillis()) {
            remarks.add("the clocks of the servers are " + apart + "ms apart, which is more than half of maxLease;"
                    + " tokens may fall if a server loses its data; let them follow NTP");
        }
    }

    private void grace(Map<Integer, Findings> answers) {
        for (Map.Entry<Integer, Findings> answer : answers.entrySet()) {
            long left = answer.getValue().graceMillis();
            if (left > 0) {
                remarks.add(nodes.node(answer.getKey()).connection().store() + " is new, has restarted or has lost"
                        + " its data, and grants nothing for another " + left + "ms");
            }
        }
    }
}
