package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The checks of a store before the first lock: server, privileges, namespace record (rule P4). */
final class RedisOpening {
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Duration ECHO = Duration.ofMillis(500);
    private static final long HIGHEST_FLOOR = (1L << 53) - (1L << 32);

    private final RedisConnection connection;
    private final RedisSubscriber subscriber;
    private final DriverOptions options;
    private final Durability durability;
    private final RedisServerCheck server;
    private final RedisLayout layout;
    private final List<String> remarks = new ArrayList<>();

    RedisOpening(RedisConnection connection, RedisSubscriber subscriber, DriverOptions options, Durability durability) {
        this.connection = connection;
        this.subscriber = subscriber;
        this.options = options;
        this.durability = durability;
        this.server = new RedisServerCheck(connection, durability.isCluster(), durability.isStrict());
        this.layout = new RedisLayout(options.namespace());
    }

    /**
     * What {@link dev.holdfast.lock.spi.DriverInfo} says of the server.
     *
     * @param direct whether grants reach this client through its channel
     */
    record Findings(String version, boolean direct, List<String> remarks) {}

    /**
     * The lease time in force: whole milliseconds.
     *
     * @throws IllegalArgumentException if the options are outside what Redis can do
     */
    static Duration leaseTime(DriverOptions options) {
        Duration wanted = options.leaseTime();
        if (wanted.compareTo(SHORTEST) < 0 || wanted.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("leaseTime on Redis is within 200ms to 24h, not " + wanted);
        }
        if (options.tokenFloor() > HIGHEST_FLOOR) {
            throw new IllegalArgumentException(
                    "tokenFloor on Redis is at most " + HIGHEST_FLOOR + ", not " + options.tokenFloor());
        }
        return Duration.ofMillis(wanted.plusNanos(999_999).toMillis());
    }

    Findings check(Deadline deadline) throws InterruptedException {
        String version = server.version(deadline);
        record(deadline);
        subscriber.start(deadline);
        rehearse(deadline);
        boolean direct = listens(deadline);
        remarks.addAll(0, server.remarks());
        return new Findings(version, direct, remarks);
    }

    private void record(Deadline deadline) throws InterruptedException {
        List<String> terms = durability.terms();
        List<String> found = server.strictly(() -> connection.record(layout.record(), terms, deadline));
        if (!found.equals(terms)) {
            throw server.refused("namespace '" + options.namespace() + "' belongs to " + Durability.shown(found)
                    + ", and this client speaks " + Durability.shown(terms)
                    + ": both side by side would grant twice; use another namespace, or stop all its"
                    + " users and delete the key " + layout.record());
        }
    }

    /**
     * Runs every script on a scratch lock, so that a missing privilege shows now and not in a release. In default mode,
     * for no grace concerns the scratch lock; the strict one that follows begins the grace, if there must be one.
     */
    private void rehearse(Deadline deadline) throws InterruptedException {
        List<String> key = List.of(layout.scratch(AcquisitionId.random()));
        String first = AcquisitionId.random().value();
        String second = AcquisitionId.random().value();
        server.strictly(() -> {
            long token = connection
                    .run(
                            durability.withoutGrace(RedisScript.ENTER),
                            key,
                            List.of(first, "1", "1000", "x", "1", "-", "0"),
                            deadline)
                    .get(1);
            String channel = subscriber.channel();
            connection.run(
                    durability.withoutGrace(RedisScript.ENTER),
                    key,
                    List.of(second, "1", "1000", "x", "1", channel, "0"),
                    deadline);
            connection.run(
                    durability.withoutGrace(RedisScript.LOOK),
                    key,
                    List.of(second, "2", "1000", "x", channel),
                    deadline);
            List<String> held = List.of("1000", first, Long.toString(token));
            connection.run(durability.withoutGrace(RedisScript.RENEW), key, held, deadline);
            connection.run(
                    durability.withoutGrace(RedisScript.RELEASE),
                    key,
                    List.of("1000", first, Long.toString(token), "0"),
                    deadline);
            connection.run(durability.withoutGrace(RedisScript.LEAVE), key, List.of(second, "1000", "1"), deadline);
            connection.run(
                    durability.script(RedisScript.LEAVE),
                    durability.keys(key),
                    durability.arguments(List.of(second, "1000", "0")),
                    deadline);
            connection.delete(key.get(0), deadline);
            return key;
        });
    }

    /** The rehearsal has published a grant to our own channel; does it come back? */
    private boolean listens(Deadline deadline) throws InterruptedException {
        boolean heard =
                !subscriber.channel().equals(RedisLayout.NO_CHANNEL) && subscriber.confirm(deadline.atMost(ECHO));
        if (!heard) {
            subscriber.close();
            remarks.add("what this client publishes does not reach it, so its waiters poll every 20 to 100 ms; allow"
                    + " +subscribe +publish &hf:*, and no proxy that blocks subscriptions");
        }
        return heard;
    }
}
