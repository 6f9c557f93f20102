package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockUrl;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.PathUtils;
import org.apache.zookeeper.data.ACL;

/**
 * What a URL and the options say, checked before anything is opened.
 *
 * @param store what messages call the store
 * @param servers with their ports
 * @param root node above all namespaces
 * @param credentials for the digest scheme; never printed
 * @param acl of the nodes that the driver makes
 * @param client properties of the client library
 */
record ZooKeeperSettings(
        String store,
        List<LockUrl.Host> servers,
        String root,
        Optional<byte[]> credentials,
        List<ACL> acl,
        ZKClientConfig client) {
    static final String ACL = "acl";

    private static final int DEFAULT_PORT = 2181;
    private static final Duration LONGEST_LEASE = Duration.ofHours(24);
    private static final String CLIENT = "client.";
    private static final List<String> CLIENT_PREFIXES = List.of("zookeeper.ssl.", "zookeeper.sasl.");
    private static final List<String> CLIENT_NAMES = List.of(
            ZKClientConfig.SECURE_CLIENT,
            ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET,
            ZKClientConfig.ZOOKEEPER_SERVER_PRINCIPAL,
            ZKClientConfig.ZOOKEEPER_SERVER_REALM,
            ZKClientConfig.JUTE_MAXBUFFER);

    static ZooKeeperSettings of(LockUrl url, DriverOptions options) {
        checkLease(options.leaseTime());
        if (url.hosts().isEmpty()) {
            throw new IllegalArgumentException("a ZooKeeper URL names its servers: zookeeper://host:2181");
        }
        return new ZooKeeperSettings(
                url.toString(),
                url.hosts().stream().map(host -> host.orPort(DEFAULT_PORT)).toList(),
                root(url.path()),
                credentials(url),
                acl(options.parameters(), url.user().isPresent()),
                client(options.parameters()));
    }

    static void checkLease(Duration leaseTime) {
        if (leaseTime.isNegative() || leaseTime.isZero() || leaseTime.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("leaseTime " + leaseTime.toMillis() + "ms is not within what ZooKeeper"
                    + " offers: 2 to 20 ticks of the server (4s to 40s by default), never more than 24h");
        }
    }

    private static String root(String path) {
        if (path.isEmpty()) {
            return ZooKeeperLayout.DEFAULT_ROOT;
        }
        String root = "/" + path;
        try {
            PathUtils.validatePath(root);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the path of the URL, '" + root + "', is not a ZooKeeper path: " + e.getMessage(), e);
        }
        if (root.equals("/zookeeper") || root.startsWith("/zookeeper/")) {
            throw new IllegalArgumentException("'/zookeeper' belongs to the server; name another root in the URL");
        }
        return root;
    }

    private static Optional<byte[]> credentials(LockUrl url) {
        if (url.user().isPresent() != url.password().isPresent()) {
            throw new IllegalArgumentException("ZooKeeper needs both user and password, zookeeper://user:password@host"
                    + " (the password may come from passwordFile=), or neither");
        }
        return url.user()
                .flatMap(user -> url.password().map(secret -> (user + ":" + secret).getBytes(StandardCharsets.UTF_8)));
    }

    private static List<ACL> acl(Map<String, String> parameters, boolean identified) {
        String wanted = parameters.getOrDefault(ACL, identified ? "creator" : "open");
        return switch (wanted) {
            case "open" -> ZooDefs.Ids.OPEN_ACL_UNSAFE;
            case "creator" -> ZooDefs.Ids.CREATOR_ALL_ACL;
            default -> throw new IllegalArgumentException("acl=" + wanted + ": write acl=open or acl=creator");
        };
    }

    private static ZKClientConfig client(Map<String, String> parameters) {
        ZKClientConfig config = new ZKClientConfig();
        for (String parameter : new TreeSet<>(parameters.keySet())) {
            if (!parameter.startsWith(CLIENT)) {
                continue;
            }
            String name = parameter.substring(CLIENT.length());
            if (!CLIENT_NAMES.contains(name) && CLIENT_PREFIXES.stream().noneMatch(name::startsWith)) {
                throw new IllegalArgumentException("unknown parameter '" + parameter + "'; the ZooKeeper client takes "
                        + CLIENT_NAMES + " and those that begin with " + CLIENT_PREFIXES);
            }
            config.setProperty(name, parameters.getOrDefault(parameter, ""));
        }
        return config;
    }

    boolean secure() {
        return client.getBoolean(ZKClientConfig.SECURE_CLIENT);
    }

    String connectString() {
        return String.join(",", servers.stream().map(LockUrl.Host::toString).toList());
    }
}
