package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockUrl;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.Driver;

/**
 * What the URL's parameters mean for PostgreSQL.
 *
 * @param mode how locks are kept
 * @param schema where the tables are
 * @param poolSize connections for everything but renewals, which have one of their own
 * @param waitConnections sessions that may wait for a lock, mode advisory only
 * @param client connection properties for pgjdbc
 */
record PostgresParameters(
        PostgresMode mode, String schema, int poolSize, int waitConnections, Map<String, String> client) {
    private static final String WAIT_CONNECTIONS = "maxWaitConnections";
    static final Set<String> NAMES = Set.of("schema", "mode", WAIT_CONNECTIONS);

    private static final String CLIENT = "client.";
    private static final String POOL_SIZE = "maximumPoolSize";
    private static final int DEFAULT_POOL_SIZE = 4;
    private static final String DEFAULT_WAIT_CONNECTIONS = "8";
    private static final int MAX_POOL_SIZE = 100;
    private static final Pattern SCHEMA = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");
    private static final Set<String> OURS = Set.of("user", "password", "options", "connectTimeout", "socketTimeout");

    static PostgresParameters of(DriverOptions options) {
        Map<String, String> client = new HashMap<>();
        int poolSize = DEFAULT_POOL_SIZE;
        for (Map.Entry<String, String> parameter : options.parameters().entrySet()) {
            if (!parameter.getKey().startsWith(CLIENT)) {
                continue;
            }
            String name = parameter.getKey().substring(CLIENT.length());
            if (name.equals(POOL_SIZE)) {
                poolSize = size(CLIENT + POOL_SIZE, parameter.getValue());
            } else if (OURS.contains(name) || !isProperty(name)) {
                throw new IllegalArgumentException("parameter 'client." + name + "' is unknown: after 'client.' stands "
                        + POOL_SIZE + " or a connection property of pgjdbc other than "
                        + String.join(", ", OURS.stream().sorted().toList()));
            } else {
                client.put(name, parameter.getValue());
            }
        }
        PostgresMode mode = PostgresMode.of(options.parameters().getOrDefault("mode", "row"));
        requireFor(PostgresMode.ADVISORY, mode, WAIT_CONNECTIONS, options.parameters());
        requireFor(PostgresMode.ROW, mode, CLIENT + POOL_SIZE, options.parameters());
        return new PostgresParameters(
                mode,
                schema(options.parameters().getOrDefault("schema", "holdfast")),
                poolSize,
                size(WAIT_CONNECTIONS, options.parameters().getOrDefault(WAIT_CONNECTIONS, DEFAULT_WAIT_CONNECTIONS)),
                Map.copyOf(client));
    }

    private static boolean isProperty(String name) {
        return Arrays.stream(new Driver().getPropertyInfo("jdbc:postgresql:", new Properties()))
                .anyMatch(property -> property.name.equals(name));
    }

    /** A parameter of the other mode would be without effect, which its author cannot have meant. */
    private static void requireFor(
            PostgresMode only, PostgresMode mode, String parameter, Map<String, String> parameters) {
        if (mode != only && parameters.containsKey(parameter)) {
            throw new IllegalArgumentException(
                    "parameter '" + parameter + "' is for mode=" + only.text() + ", this is mode=" + mode.text());
        }
    }

    static String schema(String schema) {
        if (!SCHEMA.matcher(schema).matches()) {
            throw new IllegalArgumentException("schema '" + schema
                    + "' is not 1 to 63 letters, digits and underscores that begin with a letter or underscore");
        }
        return schema;
    }

    private static int size(String parameter, String text) {
        try {
            int size = Integer.parseInt(text);
            if (size >= 1 && size <= MAX_POOL_SIZE) {
                return size;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    parameter + " is a number from 1 to " + MAX_POOL_SIZE + ", not '" + text + "'", e);
        }
        throw new IllegalArgumentException(parameter + " is a number from 1 to " + MAX_POOL_SIZE + ", not " + text);
    }

    /** The JDBC URL; credentials travel in {@link #properties}, never in a URL that might be shown. */
    static String jdbcUrl(LockUrl url) {
        return "jdbc:postgresql://"
                + String.join(
                        ",",
                        url.hosts().stream()
                                .map(host -> host.orPort(5432).toString())
                                .toList())
                + "/" + URLEncoder.encode(url.path(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Shorter than the statement: its answer is then <em>not executed</em>, and not <em>unknown</em>. */
    static int lockTimeoutMillis(Duration statementTimeout) {
        return (int) Math.max(1, statementTimeout.toMillis() * 3 / 4);
    }

    /**
     * Connection properties: when {@code timeout} is over (in whole seconds for a single host), all hosts of the URL
     * have been tried or given up.
     *
     * @param statementTimeout server-side end of a statement whose client may long be gone; zero where the server, for
     *     example a connection pooler, accepts no settings
     * @param direct whether connections are known to lead to the server itself
     */
    Properties properties(LockUrl url, Duration timeout, Duration statementTimeout, boolean direct) {
        Properties properties = new Properties();
        // A host may be tried twice: with encryption, and without it if client.sslmode lets it be.
        long seconds = Math.max(1, timeout.dividedBy(2L * url.hosts().size()).toSeconds());
        properties.setProperty("sslResponseTimeout", Long.toString(1_000 * seconds));
        properties.setProperty("connectTimeout", Long.toString(seconds));
        properties.setProperty("socketTimeout", Long.toString(seconds));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "holdfast");
        properties.setProperty("socketFactory", PromptSocket.Factory.class.getName());
        properties.setProperty("prepareThreshold", direct ? "1" : "0");
        if (url.hosts().size() > 1) {
            properties.setProperty("targetServerType", "primary");
            // The others are for each try, a second at least; this is for all of them together.
            properties.setProperty("loginTimeout", Double.toString(timeout.toMillis() / 1_000.0));
        }
        if (!statementTimeout.isZero()) {
            // The functions find rows by their keys; a plan made while a table was small must not scan it later.
            properties.setProperty(
                    "options",
                    "-c statement_timeout=" + statementTimeout.toMillis()
                            + " -c lock_timeout=" + lockTimeoutMillis(statementTimeout)
                            + " -c enable_seqscan=off -c enable_bitmapscan=off");
        }
        client.forEach(properties::setProperty);
        url.user().ifPresent(user -> properties.setProperty("user", user));
        url.password().ifPresent(password -> properties.setProperty("password", password));
        return properties;
    }
}
