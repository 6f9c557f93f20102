package dev.holdfast.lock.stores;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * etcd over plain HTTP: health, version, metrics, and the JSON gateway for a look at the keys. Each call takes a
 * connection of its own and leaves no thread behind (the HTTP client of JDK 17 cannot be closed).
 */
public final class HttpProbe {
    private static final Pattern VERSION = Pattern.compile("\"etcdserver\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"key\":\"([^\"]+)\"");

    /** Messages, not calls: a keep-alive is one message on a stream that stays open. */
    private static final Pattern RECEIVED = Pattern.compile(
            "^grpc_server_msg_received_total\\{[^}]*"
                    + "grpc_service=\"etcdserverpb\\.(?:KV|Lease|Watch|Auth)\"[^}]*} (\\S+)$",
            Pattern.MULTILINE);

    private final String host;
    private final int port;
    private final int timeoutMillis;

    /** Connects to nothing yet; {@code timeout} bounds the connection and the answer of each call. */
    public HttpProbe(String host, int port, Duration timeout) {
        this.host = host;
        this.port = port;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    /** The body of an answer with status 200; any other status is an error. */
    public String get(String path) throws IOException {
        return exchange(path, new byte[0]);
    }

    /** Posts JSON and returns the body of an answer with status 200; any other status is an error. */
    public String post(String path, String json) throws IOException {
        return exchange(path, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether etcd calls itself healthy, which needs a leader. */
    public boolean healthy() throws IOException {
        return get("/health").contains("true");
    }

    /** The server's version, such as {@code 3.4.23}. */
    public String version() throws IOException {
        return firstOf(VERSION, get("/version"));
    }

    /**
     * How many messages clients have sent since the server started: unary requests of KV, Lease and Auth, keep-alives,
     * and changes of watches. {@link #keys} counts too.
     */
    public long requests() throws IOException {
        return RECEIVED.matcher(get("/metrics"))
                .results()
                .mapToLong(result -> (long) Double.parseDouble(result.group(1)))
                .sum();
    }

    /** All keys that start with the prefix; an empty prefix means every key. */
    public List<String> keys(String prefix) throws IOException {
        byte[] from = prefix.isEmpty() ? new byte[1] : prefix.getBytes(StandardCharsets.UTF_8);
        byte[] to = prefix.isEmpty() ? new byte[1] : from.clone();
        if (!prefix.isEmpty()) {
            to[to.length - 1]++;
        }
        String answer = post(
                "/v3/kv/range",
                "{\"key\":\"" + base64(from) + "\",\"range_end\":\"" + base64(to) + "\",\"keys_only\":true}");
        return KEY.matcher(answer)
                .results()
                .map(key -> new String(Base64.getDecoder().decode(key.group(1)), StandardCharsets.UTF_8))
                .toList();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String firstOf(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("this is not etcd's answer: " + text);
        }
        return matcher.group(1);
    }

    private String exchange(String path, byte[] body) throws IOException {
        URI uri = URI.create("http://" + host + ":" + port + path);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(timeoutMillis);
        connection.setReadTimeout(timeoutMillis);
        connection.setRequestProperty("Connection", "close");
        try {
            if (body.length > 0) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            try (InputStream in = connection.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } finally {
            connection.disconnect();
        }
    }
}
