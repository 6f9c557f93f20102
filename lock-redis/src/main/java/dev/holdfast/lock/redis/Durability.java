package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is done about a server that has forgotten grants: nothing (default), or no grant before the leases that it may
 * have forgotten have run out (strict, {@code grace.lua}). All clients of a namespace must agree. Immutable.
 */
final class Durability {
    static final Set<String> PARAMETERS = Set.of("durability", "maxLease", "replicas");

    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Pattern SHAPE = Pattern.compile("(\\d{1,6})(ms|s|m)");
    private static final Map<RedisScript, RedisScript> STRICT = Map.of(
            RedisScript.ENTER, RedisScript.STRICT_ENTER,
            RedisScript.LOOK, RedisScript.STRICT_LOOK,
            RedisScript.LEAVE, RedisScript.STRICT_LEAVE,
            RedisScript.RENEW, RedisScript.STRICT_RENEW,
            RedisScript.RELEASE, RedisScript.STRICT_RELEASE);

    private static final Map<RedisScript, RedisScript> CLUSTER = Map.of(
            RedisScript.ENTER, RedisScript.CLUSTER_ENTER,
            RedisScript.LOOK, RedisScript.CLUSTER_LOOK,
            RedisScript.LEAVE, RedisScript.CLUSTER_LEAVE,
            RedisScript.RENEW, RedisScript.CLUSTER_RENEW,
            RedisScript.RELEASE, RedisScript.CLUSTER_RELEASE);

    private final Topology topology;
    private final Optional<Duration> maxLease;
    private final int replicas;
    private final String record;

    private Durability(Topology topology, Optional<Duration> maxLease, int replicas, String record) {
        this.topology = topology;
        this.maxLease = maxLease;
        this.replicas = replicas;
        this.record = record;
    }

    /**
     * What the parameters say for this topology.
     *
     * @throws IllegalArgumentException naming what is wrong with the parameters or the lease time
     */
    static Durability of(DriverOptions options, Topology topology) {
        Map<String, String> parameters = options.parameters();
        String record = new RedisLayout(options.namespace()).record();
        String wanted = parameters.getOrDefault("durability", "default");
        if (wanted.equals("default")) {
            if (parameters.containsKey("maxLease")) {
                throw new IllegalArgumentException("parameter 'maxLease' is for durability=strict");
            }
            return new Durability(topology, Optional.empty(), replicas(parameters, 0), record);
        }
        if (!wanted.equals("strict")) {
            throw new IllegalArgumentException("durability is default or strict, not '" + wanted + "'");
        }
        if (topology == Topology.CLUSTER) {
            throw new IllegalArgumentException(
                    "durability=strict is not possible on a Cluster: what tells the life of a"
                            + " server would have to lie in the slot of every lock; use a single primary or sentinels");
        }
        Duration longest = duration(parameters.getOrDefault("maxLease", "15s"));
        if (RedisOpening.leaseTime(options).compareTo(longest) > 0) {
            throw new IllegalArgumentException("leaseTime "
                    + options.leaseTime().toMillis()
                    + "ms is longer than maxLease " + longest.toMillis() + "ms: with durability=strict nobody is"
                    + " granted a lock for maxLease after a restart, so it bounds every lease; raise maxLease in all"
                    + " clients of the namespace (60s at most), or shorten leaseTime");
        }
        // A primary that only its clients can reach goes on granting, and its replicas know. Whoever would rather not
        // ask them says so.
        int replicas = replicas(parameters, topology == Topology.SENTINEL ? 1 : 0);
        return new Durability(topology, Optional.of(longest), replicas, record);
    }

    private static int replicas(Map<String, String> parameters, int unlessSaid) {
        String text = parameters.getOrDefault("replicas", Integer.toString(unlessSaid));
        if (!text.matches("[0-9]")) {
            throw new IllegalArgumentException("replicas is within 0 to 9, not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    /** How many replicas must have confirmed a grant or a renewal before it is believed. */
    int replicas() {
        return replicas;
    }

    private static Duration duration(String text) {
        Matcher shape = SHAPE.matcher(text);
        if (shape.matches()) {
            long amount = Long.parseLong(shape.group(1));
            Duration value =
                    switch (shape.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        default -> Duration.ofMinutes(amount);
                    };
            if (value.compareTo(SHORTEST) >= 0 && value.compareTo(LONGEST) <= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("maxLease is within 200ms to 60s, for example 15s, not '" + text + "'");
    }

    boolean isStrict() {
        return maxLease.isPresent();
    }

    /** What the namespace record says of the clients that may use it: protocol, mode, longest lease in ms or 0. */
    List<String> terms() {
        return List.of(RedisLayout.PROTOCOL, mode(), longest());
    }

    /** In strict mode one client that believes sooner than the others would break what these rely on. */
    private String mode() {
        return isStrict() ? "strict" + (replicas == 0 ? "" : "-replicas-" + replicas) : RedisLayout.MODE;
    }

    private String longest() {
        return Long.toString(maxLease.map(Duration::toMillis).orElse(0L));
    }

    /** The terms as messages show them. */
    static String shown(List<String> terms) {
        return "protocol " + terms.get(0) + ", mode " + terms.get(1)
                + (terms.get(2).equals("0") ? "" : ", maxLease " + terms.get(2) + "ms");
    }

    /** The form of a script of locks that this client runs. */
    RedisScript script(RedisScript plain) {
        return isStrict() ? STRICT.getOrDefault(plain, plain) : withoutGrace(plain);
    }

    /** The form of a script that grants at once, for locks that are none. */
    RedisScript withoutGrace(RedisScript plain) {
        return isCluster() ? CLUSTER.getOrDefault(plain, plain) : plain;
    }

    boolean isCluster() {
        return topology == Topology.CLUSTER;
    }

    /** These keys of locks, with what the script needs beside. */
    List<String> keys(List<String> locks) {
        return isStrict() ? with(locks, List.of(record)) : locks;
    }

    /** These arguments, with what the script needs beside. */
    List<String> arguments(List<String> plain) {
        return isStrict() ? with(plain, List.of(longest(), mode())) : plain;
    }

    private static List<String> with(List<String> some, List<String> last) {
        List<String> all = new ArrayList<>(some.size() + last.size());
        all.addAll(some);
        all.addAll(last);
        return all;
    }
}
