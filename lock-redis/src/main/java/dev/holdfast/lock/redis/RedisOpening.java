package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The checks of a store before the first lock: version, role, eviction, privileges, namespace record (rule P4). */
final class RedisOpening {
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Duration ECHO = Duration.ofMillis(500);
    private static final long HIGHEST_FLOOR = (1L << 53) - (1L << 32);
    private static final Pattern MAJOR = Pattern.compile("(\\d+)\\..*");

    private final RedisConnection connection;
    private final RedisSubscriber subscriber;
    private final DriverOptions options;
    private final Durability durability;
    private final RedisLayout layout;
    private final List<String> remarks = new ArrayList<>();

    RedisOpening(RedisConnection connection, RedisSubscriber subscriber, DriverOptions options, Durability durability) {
        this.connection = connection;
        this.subscriber = subscriber;
        this.options = options;
        this.durability = durability;
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
        String version = connection.info(deadline).map(this::server).orElseGet(() -> {
            if (durability.isStrict()) {
                throw refused("with durability=strict every script asks INFO which life of the server this is;"
                        + " grant +info");
            }
            remarks.add("this user must not run INFO, so version, role and maxmemory-policy were not checked;"
                    + " grant +info, and set maxmemory-policy noeviction");
            return "unknown";
        });
        record(deadline);
        subscriber.start(deadline);
        rehearse(deadline);
        return new Findings(version, listens(deadline), remarks);
    }

    private String server(String info) {
        Map<String, String> facts = new HashMap<>();
        info.lines().filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            facts.put(line.substring(0, colon), line.substring(colon + 1).strip());
        });
        String version = facts.getOrDefault("redis_version", "unknown");
        Matcher major = MAJOR.matcher(version);
        if (major.matches() && Integer.parseInt(major.group(1)) < 5) {
            throw refused("Redis " + version + " is too old: scripts need 5.0 or newer (tested with 7.0)");
        }
        if ("cluster".equals(facts.get("redis_mode")) != durability.isCluster()) {
            throw refused(
                    durability.isCluster()
                            ? "this is no node of a Redis Cluster; the scheme for one server is redis:"
                            : "this is a node of a Redis Cluster, whose scheme is redis+cluster:");
        }
        if ("sentinel".equals(facts.get("redis_mode"))) {
            throw refused("this is a Sentinel and keeps no data; connect to the primary that it watches");
        }
        if ("slave".equals(facts.get("role"))) {
            throw refused("this is a read-only replica; connect to its primary " + facts.get("master_host") + ":"
                    + facts.get("master_port"));
        }
        eviction(facts);
        return version;
    }

    private void eviction(Map<String, String> facts) {
        String policy = facts.get("maxmemory_policy");
        if (policy == null) {
            remarks.add("the server does not tell its maxmemory-policy; it must be noeviction, or locks vanish");
        } else if (!policy.equals("noeviction")) {
            if (!"0".equals(facts.getOrDefault("maxmemory", "0"))) {
                throw refused("maxmemory-policy is " + policy + ", which may evict a held lock when maxmemory is"
                        + " reached; set it with CONFIG SET maxmemory-policy noeviction, or use another server");
            }
            if (durability.isStrict()) {
                throw refused("maxmemory-policy is " + policy + ", and durability=strict needs noeviction: an evicted"
                        + " lock leaves no trace");
            }
            remarks.add("maxmemory-policy is " + policy + ": harmless while maxmemory is 0; set it to noeviction before"
                    + " maxmemory is ever set");
        }
    }

    private void record(Deadline deadline) throws InterruptedException {
        List<String> terms = durability.terms();
        List<String> found = strictly(() -> connection.record(layout.record(), terms, deadline));
        if (!found.equals(terms)) {
            throw refused("namespace '" + options.namespace() + "' belongs to " + Durability.shown(found)
                    + ", and this client speaks " + Durability.shown(terms)
                    + ": both side by side would grant twice; use another namespace, or stop all its"
                    + " users and delete the key " + layout.record());
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws InterruptedException;
    }

    /** At open, an error inside a script can only mean that something it needs is not allowed. */
    private <T> T strictly(Step<T> step) throws InterruptedException {
        try {
            return step.run();
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.UNKNOWN
                    && e.getCause() instanceof redis.clients.jedis.exceptions.JedisDataException error) {
                throw StoreException.refused(
                        RedisErrors.privileges(connection.store(), String.valueOf(error.getMessage())), error);
            }
            throw e;
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
        strictly(() -> {
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

    private StoreException refused(String what) {
        return StoreException.refused(connection.store() + ": " + what, null);
    }
}
