package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.LockUrl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;

/** What a URL and its {@code client.} parameters say about the connections. */
final class RedisAddress {
    private static final String POOL = "client.maxTotal";
    private static final String CLIENT_NAME = "client.clientName";
    private static final Set<String> PARAMETERS = Set.of(POOL, CLIENT_NAME);

    private final LockUrl url;
    private final Topology topology;
    private final List<LockUrl.Host> hosts;
    private final String primary;
    private final int database;
    private final int poolSize;
    private final Optional<String> clientName;

    /** @throws IllegalArgumentException naming what is wrong and what would be right */
    RedisAddress(LockUrl url, Map<String, String> parameters) {
        this.topology = switch (url.scheme()) {
            case "redis+sentinel" -> Topology.SENTINEL;
            case "redis+cluster" -> Topology.CLUSTER;
            default -> Topology.SINGLE;
        };
        boolean sentinel = topology == Topology.SENTINEL;
        if (topology == Topology.SINGLE ? url.hosts().size() != 1 : url.hosts().isEmpty()) {
            throw new IllegalArgumentException(url.scheme() + ": takes exactly one host, for example " + url.scheme()
                    + "://127.0.0.1:6379, not '" + url + "'");
        }
        for (String name : parameters.keySet()) {
            if (name.startsWith("client.") && !PARAMETERS.contains(name)) {
                throw new IllegalArgumentException("unknown parameter '" + name + "' for " + url.scheme()
                        + ": known are " + PARAMETERS.stream().sorted().toList());
            }
        }
        this.url = url;
        this.hosts = url.hosts().stream()
                .map(host -> host.orPort(sentinel ? 26_379 : 6379))
                .toList();
        int slash = url.path().indexOf('/');
        this.primary = !sentinel || slash < 0 ? url.path() : url.path().substring(0, slash);
        String path = sentinel ? (slash < 0 ? "" : url.path().substring(slash + 1)) : url.path();
        if (sentinel && primary.isEmpty()) {
            throw new IllegalArgumentException("redis+sentinel: needs the name under which the sentinels watch the"
                    + " primary, for example redis+sentinel://127.0.0.1:26379/mymaster");
        }
        this.database = path.isEmpty() ? 0 : number("the database (the path of the URL)", path, 0, 1_000_000);
        if (topology == Topology.CLUSTER && !path.isEmpty()) {
            throw new IllegalArgumentException("a Redis Cluster has one database, so redis+cluster: takes no path");
        }
        this.poolSize = number("parameter " + POOL, parameters.getOrDefault(POOL, "8"), 1, 1_000);
        this.clientName = Optional.ofNullable(parameters.get(CLIENT_NAME));
        if (clientName.isPresent() && !clientName.get().matches("[!-~]{1,64}")) {
            throw new IllegalArgumentException(
                    "parameter " + CLIENT_NAME + " is 1 to 64 printable ASCII characters without spaces");
        }
    }

    private static int number(String what, String text, int least, int most) {
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(what + " is a number, not '" + text + "'", e);
        }
        throw new IllegalArgumentException(what + " is within " + least + " to " + most + ", not " + text);
    }

    /** The same for one node of the Cluster. */
    private RedisAddress(RedisAddress cluster, LockUrl.Host node) {
        this.url = cluster.url;
        this.topology = Topology.SINGLE;
        this.hosts = List.of(node);
        this.primary = "";
        this.database = 0;
        this.poolSize = cluster.poolSize;
        this.clientName = cluster.clientName;
    }

    RedisAddress at(LockUrl.Host node) {
        return new RedisAddress(this, node);
    }

    Topology topology() {
        return topology;
    }

    /** Whether the primary is found by sentinels, and may move. */
    boolean isSentinel() {
        return topology == Topology.SENTINEL;
    }

    /** The hosts of the URL. */
    List<LockUrl.Host> hosts() {
        return hosts;
    }

    /** Where to connect: the server of the URL, or where its sentinels say that the primary is. */
    RedisTarget target(ThreadFactory threads) {
        return isSentinel() ? new RedisSentinels(hosts, primary, threads) : any -> hosts.get(0);
    }

    int poolSize() {
        return poolSize;
    }

    boolean isTls() {
        return url.scheme().equals("rediss");
    }

    /** How Jedis greets the server; timeouts are those of {@link BoundedSocket}. */
    JedisClientConfig greeting() {
        return DefaultJedisClientConfig.builder()
                .user(url.user().orElse(null))
                .password(password())
                .database(database)
                .clientName(clientName.orElse(null))
                .build();
    }

    private @Nullable String password() {
        return url.password().orElse(null);
    }

    /** Scheme, hosts, name of the primary and database: what a message may show. */
    @Override
    public String toString() {
        return url.scheme() + "://"
                + String.join(",", hosts.stream().map(LockUrl.Host::toString).toList())
                + (isSentinel() ? "/" + primary : "") + (database == 0 ? "" : "/" + database);
    }
}
