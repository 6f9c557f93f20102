package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Redis, default mode; the fields it reads are those of {@code docs/redis.md}. */
class RedisHarness extends StoreHarness {
    private static final Pattern SCRIPT_CALLS = Pattern.compile("^cmdstat_eval(?:sha)?:calls=(\\d+)");

    RedisHarness(RunningStore store) {
        super(store);
    }

    /** On several servers that are one store. */
    RedisHarness(Deployment store) {
        super(store);
    }

    /** For one of several servers that are used together. */
    RedisHarness(RunningStore store, String namespace) {
        super(store, namespace);
    }

    @Override
    String expectedResults() {
        return "dev/holdfast/lock/redis/" + store() + ".expected";
    }

    @Override
    public Duration shortestLease() {
        return steadyLease(Duration.ofMillis(200));
    }

    @Override
    public Duration crashSlack() {
        return Duration.ofMillis(50);
    }

    /** Calls of scripts: each request of a lock driver is one, whatever its size. */
    @Override
    public OptionalLong requests() {
        try (RespProbe probe = probe()) {
            long calls = 0;
            for (String line : text(probe.call("INFO", "commandstats")).lines().toList()) {
                Matcher script = SCRIPT_CALLS.matcher(line);
                if (script.find()) {
                    calls += Long.parseLong(script.group(1));
                }
            }
            return OptionalLong.of(calls);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot count the requests of " + running(), e);
        }
    }

    @Override
    List<String> entries() throws IOException {
        List<String> entries = new ArrayList<>();
        try (RespProbe probe = probe()) {
            long now = micros(probe);
            for (Object key : list(probe.call("KEYS", "hf:1:{" + namespace() + "/*"))) {
                fields(probe, text(key)).forEach((field, value) -> {
                    String[] parts = value.split(" ", -1);
                    if (field.startsWith("o:") && Long.parseLong(parts[1]) > now) {
                        entries.add("holder " + text(key) + " " + field + "=" + value);
                    } else if (field.startsWith("w:") && Long.parseLong(parts[2]) + lease(parts) > now) {
                        entries.add("waiter " + text(key) + " " + field + "=" + value);
                    }
                });
            }
        }
        return entries;
    }

    private static long lease(String[] waiter) {
        return Long.parseLong(waiter[3]) * 1_000;
    }

    String key(String lockName) {
        String escaped = lockName.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
        return "hf:1:{" + namespace() + "/" + escaped + "}";
    }

    @Override
    boolean end(String lockName) throws IOException {
        String key = key(lockName);
        try (RespProbe probe = probe()) {
            for (Map.Entry<String, String> field : fields(probe, key).entrySet()) {
                if (field.getKey().startsWith("o:")) {
                    String[] parts = field.getValue().split(" ", -1);
                    parts[1] = Long.toString(micros(probe));
                    probe.call("HSET", key, field.getKey(), String.join(" ", parts));
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void endConnections() {
        try (RespProbe probe = probe()) {
            probe.call("CLIENT", "KILL", "TYPE", "normal");
            probe.call("CLIENT", "KILL", "TYPE", "pubsub");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end the connections to " + running(), e);
        }
    }

    /** The least that can be allowed is less than an empty Redis needs, so every key goes. */
    @Override
    public void evict() {
        try (RespProbe probe = probe()) {
            probe.call("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
            try {
                long begin = System.nanoTime();
                do {
                    probe.call("CONFIG", "SET", "maxmemory", "1");
                    if (System.nanoTime() - begin > PROBE_TIMEOUT.toNanos()) {
                        throw new IOException("keys are left");
                    }
                } while (!Long.valueOf(0).equals(probe.call("DBSIZE")));
            } finally {
                probe.call("CONFIG", "SET", "maxmemory", "0");
                probe.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + running() + " evict", e);
        }
    }

    private RespProbe probe() throws IOException {
        return new RespProbe(running().host(), running().port(), PROBE_TIMEOUT);
    }

    private static long micros(RespProbe probe) throws IOException {
        List<?> time = list(probe.call("TIME"));
        return Long.parseLong(text(time.get(0))) * 1_000_000 + Long.parseLong(text(time.get(1)));
    }

    private static Map<String, String> fields(RespProbe probe, String key) throws IOException {
        List<?> flat = list(probe.call("HGETALL", key));
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.put(text(flat.get(i)), text(flat.get(i + 1)));
        }
        return fields;
    }

    private static List<?> list(@Nullable Object reply) throws IOException {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new IOException("Redis answered " + reply + " where a list was expected");
    }

    private static String text(@Nullable Object value) {
        return String.valueOf(value);
    }
}
