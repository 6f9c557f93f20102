package dev.holdfast.lock.cli;

import dev.holdfast.lock.spi.LockUrl;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.options.DeleteOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Removes what the kit made in a store that somebody else runs: everything in the namespaces whose names begin with
 * the kit's own, by the stored layouts that the pages of the stores draw.
 */
final class NamespaceSweep {
    private static final Pattern NAMESPACE = Pattern.compile("holdfast-tck-[0-9a-f]{8}");
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int SCAN_BATCH = 500;

    private final LockUrl url;
    private final String namespace;

    private NamespaceSweep(LockUrl url, String namespace) {
        this.url = url;
        this.namespace = namespace;
    }

    /** Removes it; returns what to remove by hand if that did not work. */
    static Optional<String> of(String url, String namespace) {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException("not a namespace of the kit: " + namespace);
        }
        LockUrl target = LockUrl.parse(url);
        try {
            NamespaceSweep sweep = new NamespaceSweep(withPasswordFile(target), namespace);
            switch (target.scheme()) {
                case "redis", "rediss" -> sweep.redis();
                case "etcd", "etcds" -> sweep.etcd();
                case "zookeeper" -> sweep.zookeeper();
                case "postgresql" -> sweep.postgresql();
                default -> {
                    return Optional.empty(); // memory leaves nothing
                }
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(byHand(target, namespace, "interrupted"));
        } catch (Exception e) {
            return Optional.of(byHand(target, namespace, String.valueOf(e.getMessage())));
        }
    }

    private static String byHand(LockUrl target, String namespace, String why) {
        return "could not remove what the kit made in " + target + " (" + why
                + "); remove everything in the namespaces " + namespace + "*, as the page of the store draws it";
    }

    private static LockUrl withPasswordFile(LockUrl url) throws IOException {
        String file = url.parameters().get("passwordFile");
        return file == null
                ? url
                : url.withPassword(
                        Files.readString(Path.of(file)).lines().findFirst().orElse(""));
    }

    private void redis() {
        LockUrl.Host host = url.hosts().get(0).orPort(6379);
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .user(url.user().orElse(null))
                .password(url.password().orElse(null))
                .database(url.path().isEmpty() ? 0 : Integer.parseInt(url.path()))
                .autoNegotiateProtocol(false)
                .timeoutMillis(TIMEOUT_MILLIS);
        if (url.scheme().equals("rediss")) {
            config.sslOptions(SslOptions.defaults());
        }
        try (Jedis redis = new Jedis(new HostAndPort(host.name(), host.port()), config.build())) {
            ScanParams ours = new ScanParams().match("hf:*:{" + namespace + "*").count(SCAN_BATCH);
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> found = redis.scan(cursor, ours);
                found.getResult().forEach(redis::unlink);
                cursor = found.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        }
    }

    private void etcd() throws Exception {
        String protocol = url.scheme().equals("etcds") ? "https://" : "http://";
        ClientBuilder builder = Client.builder()
                .endpoints(url.hosts().stream()
                        .map(host -> protocol + host.orPort(2379))
                        .toArray(String[]::new));
        url.user().ifPresent(user -> builder.user(bytes(user)));
        url.password().ifPresent(password -> builder.password(bytes(password)));
        ByteSequence prefix = bytes("holdfast/" + namespace);
        try (Client client = builder.build()) {
            client.getKVClient()
                    .delete(prefix, DeleteOption.builder().isPrefix(true).build())
                    .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private void zookeeper() throws Exception {
        String hosts =
                url.hosts().stream().map(host -> host.orPort(2181).toString()).collect(Collectors.joining(","));
        String root = "/" + (url.path().isEmpty() ? "holdfast" : url.path());
        try (ZooKeeper client = new ZooKeeper(hosts, TIMEOUT_MILLIS, event -> {})) {
            if (url.user().isPresent()) {
                String secret = url.user().get() + ":" + url.password().orElse("");
                client.addAuthInfo("digest", secret.getBytes(StandardCharsets.UTF_8));
            }
            for (String child : client.getChildren(root, false)) {
                if (child.startsWith(namespace)) {
                    ZKUtil.deleteRecursive(client, root + "/" + child);
                }
            }
        }
    }

    private void postgresql() throws Exception {
        String hosts =
                url.hosts().stream().map(host -> host.orPort(5432).toString()).collect(Collectors.joining(","));
        Properties properties = new Properties();
        url.user().ifPresent(user -> properties.setProperty("user", user));
        url.password().ifPresent(password -> properties.setProperty("password", password));
        for (Map.Entry<String, String> parameter : url.parameters().entrySet()) {
            if (parameter.getKey().startsWith("client.")) {
                properties.setProperty(parameter.getKey().substring("client.".length()), parameter.getValue());
            }
        }
        String schema = url.parameters().getOrDefault("schema", "holdfast").replace("\"", "\"\"");
        try (Connection connection =
                DriverManager.getConnection("jdbc:postgresql://" + hosts + "/" + url.path(), properties)) {
            for (String table : new String[] {"entry", "lock", "register", "meta"}) {
                String delete = "DELETE FROM \"" + schema + "\"." + table + " WHERE starts_with(namespace, ?)";
                try (PreparedStatement statement = connection.prepareStatement(delete)) {
                    statement.setString(1, namespace);
                    statement.executeUpdate();
                }
            }
        }
    }
}
