package dev.holdfast.lock.redis;

import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;

/** A Redis server for one test class, and ways to look behind the driver. */
final class RedisServer implements AutoCloseable {
    private final RunningStore store;

    private RedisServer(RunningStore store) {
        this.store = store;
    }

    static RedisServer start(String... settings) {
        return new RedisServer(new StoreLauncher().start(StoreKind.REDIS, List.of(settings)));
    }

    RunningStore store() {
        return store;
    }

    int port() {
        return store.port();
    }

    String url() {
        return "redis://127.0.0.1:" + port();
    }

    /** An unrestricted client. */
    RedisClient admin() {
        return RedisClient.builder()
                .hostAndPort(new HostAndPort("127.0.0.1", port()))
                .clientConfig(
                        DefaultJedisClientConfig.builder().timeoutMillis(5_000).build())
                .build();
    }

    /** One command on a connection of its own. */
    @Nullable
    Object call(String... command) throws IOException {
        try (RespProbe probe = new RespProbe("127.0.0.1", port(), Duration.ofSeconds(5))) {
            return probe.call(command);
        }
    }

    /** Sends {@code ACL SETUSER} with these rules. */
    void user(String name, String rules) throws IOException {
        call(Stream.concat(Stream.of("ACL", "SETUSER", name), Stream.of(rules.split(" ")))
                .toArray(String[]::new));
    }

    /** The channels of drivers that are subscribed now. */
    List<String> channels() throws IOException {
        return call("PUBSUB", "CHANNELS", "hf:wake:*") instanceof List<?> names
                ? names.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** The connections that are subscribed now: the server's number of each. */
    String subscribers() throws IOException {
        return Pattern.compile("(?m)^id=(\\d+) ")
                .matcher(String.valueOf(call("CLIENT", "LIST", "TYPE", "pubsub")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.joining(" "));
    }

    /** How many times this command was called so far. */
    long calls(String command) throws IOException {
        Matcher calls = Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
                .matcher(String.valueOf(call("INFO", "commandstats")));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }

    /** How many connections there are beside the one that asks. */
    int others() throws IOException {
        String list = String.valueOf(call("CLIENT", "LIST"));
        return (int) list.lines().count() - 1;
    }

    @Override
    public void close() {
        store.close();
    }
}
