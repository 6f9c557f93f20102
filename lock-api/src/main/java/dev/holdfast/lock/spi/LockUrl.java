package dev.holdfast.lock.spi;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which store to open. Immutable; {@link #toString()} never shows the password.
 *
 * <pre>
 * postgresql://app:secret@db1:5432,db2:5432/orders?namespace=billing&amp;leaseTime=15s
 * \________/   \_/ \____/ \_______________/ \____/ \_______________________________/
 *   scheme    user password     hosts        path             parameters
 *
 * memory:NAME
 *        \__/
 *        path
 * </pre>
 *
 * User, password, path and parameters may be percent-encoded. An IPv6 address stands in brackets.
 */
public final class LockUrl {
    private static final Pattern SHAPE =
            Pattern.compile("(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?<rest>[^?#]*)(\\?(?<query>[^#]*))?");
    private static final Pattern HOST =
            Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]+]|[^:\\[\\]@/,]+)(:(?<port>\\d{1,5}))?");

    /**
     * One server address.
     *
     * @param name host name or address, IPv6 without brackets
     * @param port 1 to 65535, or 0 if the URL gives none
     */
    public record Host(String name, int port) {
        /** This host with the port filled in if the URL gave none. */
        public Host orPort(int defaultPort) {
            return port == 0 ? new Host(name, defaultPort) : this;
        }

        @Override
        public String toString() {
            String shown = name.indexOf(':') >= 0 ? "[" + name + "]" : name;
            return port == 0 ? shown : shown + ":" + port;
        }
    }

    private final String scheme;
    private final Optional<String> user;
    private final Optional<String> password;
    private final List<Host> hosts;
    private final String path;
    private final Map<String, String> parameters;

    private LockUrl(
            String scheme,
            Optional<String> user,
            Optional<String> password,
            List<Host> hosts,
            String path,
            Map<String, String> parameters) {
        this.scheme = scheme;
        this.user = user;
        this.password = password;
        this.hosts = List.copyOf(hosts);
        this.path = path;
        this.parameters = Map.copyOf(parameters);
    }

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if it is none; the message does not repeat what may hold a password
     */
    public static LockUrl parse(String text) {
        Matcher shape = SHAPE.matcher(text.strip());
        if (!shape.matches()) {
            throw new IllegalArgumentException("not a lock URL: expected scheme://[user:password@]host:port[,host:port]"
                    + "[/path][?name=value&...], for example redis://127.0.0.1:6379");
        }
        String scheme = shape.group("scheme").toLowerCase(Locale.ROOT);
        Map<String, String> parameters =
                parameters(Optional.ofNullable(shape.group("query")).orElse(""));
        String rest = shape.group("rest");
        if (!rest.startsWith("//")) {
            return new LockUrl(scheme, Optional.empty(), Optional.empty(), List.of(), decode(rest), parameters);
        }
        int slash = rest.indexOf('/', 2);
        String authority = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
        String path = slash < 0 ? "" : decode(rest.substring(slash + 1));
        int at = authority.lastIndexOf('@');
        Optional<String> user = Optional.empty();
        Optional<String> password = Optional.empty();
        if (at >= 0) {
            String credentials = authority.substring(0, at);
            int colon = credentials.indexOf(':');
            String name = decode(colon < 0 ? credentials : credentials.substring(0, colon));
            user = name.isEmpty() ? Optional.empty() : Optional.of(name);
            password = colon < 0 ? Optional.empty() : Optional.of(decode(credentials.substring(colon + 1)));
        }
        return new LockUrl(scheme, user, password, hosts(authority.substring(at + 1)), path, parameters);
    }

    private static List<Host> hosts(String text) {
        List<Host> hosts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher host = HOST.matcher(part);
            if (!host.matches()) {
                throw new IllegalArgumentException("'" + part + "' is not a host:port in the lock URL");
            }
            int port = host.group("port") == null ? 0 : Integer.parseInt(host.group("port"));
            if (host.group("port") != null && (port < 1 || port > 65_535)) {
                throw new IllegalArgumentException("port " + port + " in the lock URL is not within 1 to 65535");
            }
            String name = host.group("host");
            hosts.add(new Host(name.startsWith("[") ? name.substring(1, name.length() - 1) : name, port));
        }
        return hosts;
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("a parameter of the lock URL is not of the form name=value");
            }
            String name = decode(pair.substring(0, equals));
            if (parameters.put(name, decode(pair.substring(equals + 1))) != null) {
                throw new IllegalArgumentException("parameter '" + name + "' stands twice in the lock URL");
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the lock URL has a broken percent-encoding", e);
        }
    }

    /** Lower case, without the colon. */
    public String scheme() {
        return scheme;
    }

    /** The user name, decoded. */
    public Optional<String> user() {
        return user;
    }

    /** The password, decoded; keep it out of every message. */
    public Optional<String> password() {
        return password;
    }

    /** The servers in the URL's order; empty only for a URL without {@code //}. */
    public List<Host> hosts() {
        return hosts;
    }

    /** What follows the first slash after the hosts, without it; or what follows the colon of {@code memory:NAME}. */
    public String path() {
        return path;
    }

    /** The parameters after the question mark, decoded. */
    public Map<String, String> parameters() {
        return parameters;
    }

    /** The same URL with this password in place of its own. */
    public LockUrl withPassword(String secret) {
        return new LockUrl(scheme, user, Optional.of(secret), hosts, path, parameters);
    }

    /** Scheme, hosts and path: what a message may show. Neither user, password nor parameters. */
    @Override
    public String toString() {
        if (hosts.isEmpty()) {
            return scheme + ":" + path;
        }
        List<String> shown = hosts.stream().map(Host::toString).toList();
        return scheme + "://" + String.join(",", shown) + (path.isEmpty() ? "" : "/" + path);
    }
}
