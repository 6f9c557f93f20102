package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.exceptions.JedisDataException;

/** Whether one server of a Redlock is fit to keep locks: version, role, eviction (rule P4). Used by one thread. */
final class RedisServerCheck {
    private static final Pattern MAJOR = Pattern.compile("(\\d+)\\..*");

    private final RedisConnection connection;
    private final List<String> remarks = new ArrayList<>();

    RedisServerCheck(RedisConnection connection) {
        this.connection = connection;
    }

    /** What an operator should read once. */
    List<String> remarks() {
        return remarks;
    }

    /** The version of the server, which is fit as far as it tells; else an exception says why not. */
    String version(Deadline deadline) throws InterruptedException {
        return connection.info(deadline).map(this::server).orElseGet(() -> {
            remarks.add("this user must not run INFO, so version, role and maxmemory-policy were not checked;"
                    + " grant +info, and set maxmemory-policy noeviction");
            return "unknown";
        });
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
        if ("cluster".equals(facts.get("redis_mode"))) {
            throw refused("this is a node of a Redis Cluster; redlock: wants standalone servers");
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
            remarks.add("maxmemory-policy is " + policy + ": harmless while maxmemory is 0; set it to noeviction before"
                    + " maxmemory is ever set");
        }
    }

    @FunctionalInterface
    interface Step<T> {
        T run() throws InterruptedException;
    }

    /** At open, an error inside a script can only mean that something it needs is not allowed. */
    <T> T strictly(Step<T> step) throws InterruptedException {
        try {
            return step.run();
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.UNKNOWN && e.getCause() instanceof JedisDataException error) {
                throw StoreException.refused(
                        RedisErrors.privileges(connection.store(), String.valueOf(error.getMessage())), error);
            }
            throw e;
        }
    }

    StoreException refused(String what) {
        return StoreException.refused(connection.store() + ": " + what, null);
    }
}
