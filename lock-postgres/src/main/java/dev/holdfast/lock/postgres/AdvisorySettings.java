package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The server's settings that make a session a lease: what ends the session, and with it its locks, when its client is
 * gone, hangs or cannot be reached. They travel in the connection options, so that a session never exists without them,
 * and are read back, because a pooler or an operating system may swallow them.
 *
 * @param values in the units that {@code pg_settings} shows: ms, or s for keepalives
 */
record AdvisorySettings(Map<String, Long> values) {
    private static final String SHOWN = "SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY (?)";

    /**
     * For sessions of this lease time. A session that is idle for the lease time is ended. One that waits is not idle:
     * a closed socket is noticed within a sixth of the lease time, a peer that answers nothing within the lease time
     * (keepalives count seconds, so at least three of them).
     *
     * @param statement longest statement; zero for a session that waits
     */
    static AdvisorySettings of(Duration leaseTime, Duration statement) {
        long lease = leaseTime.toMillis();
        Map<String, Long> values = new TreeMap<>();
        values.put("idle_session_timeout", lease);
        values.put("client_connection_check_interval", Math.max(1, lease / 6));
        values.put("tcp_keepalives_idle", Math.max(1, lease / 3_000));
        values.put("tcp_keepalives_interval", Math.max(1, lease / 6_000));
        values.put("tcp_keepalives_count", 3L);
        values.put("tcp_user_timeout", lease);
        values.put("statement_timeout", statement.toMillis());
        values.put("lock_timeout", statement.toMillis() / 2);
        return new AdvisorySettings(values);
    }

    /** As the connection property {@code options} wants them. */
    String options() {
        return values.entrySet().stream()
                .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining(" "));
    }

    /** Refuses a session in which they are not in force. */
    void verify(Connection connection, String store) throws SQLException {
        Map<String, Long> shown = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(SHOWN)) {
            statement.setArray(
                    1, connection.createArrayOf("text", values.keySet().toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    shown.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        for (Map.Entry<String, Long> setting : values.entrySet()) {
            Long inForce = shown.get(setting.getKey());
            if (!setting.getValue().equals(inForce)) {
                throw StoreException.refused(
                        store + ": mode=advisory needs " + setting.getKey() + "=" + setting.getValue()
                                + " in its sessions, but the server shows " + inForce
                                + "; something between swallows settings, or the server's system does not have this"
                                + " one: connect to the server itself, or use mode=row",
                        null);
            }
        }
    }
}
