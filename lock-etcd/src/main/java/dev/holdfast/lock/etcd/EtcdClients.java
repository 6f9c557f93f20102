package dev.holdfast.lock.etcd;

import com.google.common.util.concurrent.MoreExecutors;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockUrl;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** Makes jetcd clients from a URL. */
final class EtcdClients {
    static final Set<String> PARAMETERS = Set.of("caFile", "certFile", "keyFile");
    private static final int DEFAULT_PORT = 2379;

    private static final String PREFIX = "client.";
    private static final String AUTHORITY = PREFIX + "authority";
    private static final String KEEPALIVE_TIME = PREFIX + "keepaliveTime";
    private static final String KEEPALIVE_TIMEOUT = PREFIX + "keepaliveTimeout";
    private static final String MAX_MESSAGE = PREFIX + "maxInboundMessageSize";
    private static final Set<String> CLIENT_PARAMETERS =
            Set.of(AUTHORITY, KEEPALIVE_TIME, KEEPALIVE_TIMEOUT, MAX_MESSAGE);

    private EtcdClients() {}

    /** The targets of single servers, in the form that jetcd understands. */
    static List<String> targets(LockUrl url) {
        return url.hosts().stream()
                .map(host -> "ip:///" + host.orPort(DEFAULT_PORT))
                .toList();
    }

    /**
     * Clients for this URL, all alike.
     *
     * @throws IllegalArgumentException if the URL or a parameter makes no sense for etcd
     */
    static Supplier<Client> of(LockUrl url, DriverOptions options, CallGuard guard) {
        check(url, options.parameters());
        Map<String, String> parameters = options.parameters();
        String hosts = String.join(
                ",",
                url.hosts().stream()
                        .map(host -> host.orPort(DEFAULT_PORT).toString())
                        .toList());
        ClientBuilder builder = Client.builder()
                .target("ip:///" + hosts)
                // One after the other: a member that hangs, or is cut off from its peers, keeps its connections.
                .loadBalancerPolicy("round_robin")
                // A call that finds no connection fails at once, instead of being sent when nobody waits for it any
                // more.
                .waitForReady(false)
                .retryMaxAttempts(1)
                .retryDelay(20)
                .retryMaxDelay(100)
                .connectTimeout(options.connectTimeout())
                .keepaliveTime(millis(parameters, KEEPALIVE_TIME, Duration.ofSeconds(10)))
                .keepaliveTimeout(millis(parameters, KEEPALIVE_TIMEOUT, options.storeTimeout()))
                // jetcd only starts calls on its executor, which never blocks: no hop to another thread.
                .executorService(MoreExecutors.newDirectExecutorService())
                .interceptor(guard);
        credentials(url, builder);
        if (parameters.containsKey(AUTHORITY)) {
            builder.authority(parameters.get(AUTHORITY));
        }
        if (parameters.containsKey(MAX_MESSAGE)) {
            builder.maxInboundMessageSize(positive(parameters, MAX_MESSAGE));
        }
        if (url.scheme().equals("etcds")) {
            builder.sslContext(tls(parameters));
        }
        return builder::build;
    }

    private static void check(LockUrl url, Map<String, String> parameters) {
        if (url.hosts().isEmpty()) {
            throw new IllegalArgumentException(url.scheme() + ": needs a server: etcd://host:2379");
        }
        if (!url.path().isEmpty()) {
            throw new IllegalArgumentException(
                    "an etcd URL has no path, not '/" + url.path() + "'; to keep applications apart use namespace=");
        }
        for (String name : parameters.keySet()) {
            if (name.startsWith(PREFIX) && !CLIENT_PARAMETERS.contains(name)) {
                throw new IllegalArgumentException("unknown parameter '" + name + "'; of jetcd's options the URL takes "
                        + String.join(", ", CLIENT_PARAMETERS.stream().sorted().toList())
                        + "; for all others use EtcdLocks.over(client, options)");
            }
        }
        boolean tls = parameters.keySet().stream().anyMatch(PARAMETERS::contains);
        if (tls && !url.scheme().equals("etcds")) {
            throw new IllegalArgumentException("caFile, certFile and keyFile need the scheme etcds:");
        }
        if (parameters.containsKey("certFile") != parameters.containsKey("keyFile")) {
            throw new IllegalArgumentException("certFile and keyFile come together");
        }
    }

    private static void credentials(LockUrl url, ClientBuilder builder) {
        if (url.user().isPresent() != url.password().isPresent()) {
            throw new IllegalArgumentException("etcd needs both a user and a password, or neither");
        }
        url.user().ifPresent(user -> builder.user(EtcdLayout.bytes(user)));
        url.password().ifPresent(password -> builder.password(EtcdLayout.bytes(password)));
    }

    private static Duration millis(Map<String, String> parameters, String name, Duration otherwise) {
        return parameters.containsKey(name) ? Duration.ofMillis(positive(parameters, name)) : otherwise;
    }

    private static int positive(Map<String, String> parameters, String name) {
        String text = parameters.getOrDefault(name, "");
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw new IllegalArgumentException(
                    "parameter '" + name + "' is a positive whole number, not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static SslContext tls(Map<String, String> parameters) {
        SslContextBuilder context = GrpcSslContexts.forClient();
        try {
            if (parameters.containsKey("caFile")) {
                context.trustManager(new File(parameters.get("caFile")));
            }
            if (parameters.containsKey("certFile") && parameters.containsKey("keyFile")) {
                context.keyManager(new File(parameters.get("certFile")), new File(parameters.get("keyFile")));
            }
            return context.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "caFile, certFile or keyFile can not be used: " + EtcdErrors.detail(e)
                            + "; they are PEM files, the key in PKCS#8 form without a password",
                    e);
        }
    }
}
