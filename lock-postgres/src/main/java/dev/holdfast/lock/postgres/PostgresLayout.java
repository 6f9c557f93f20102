package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquisitionId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Names of everything in the database, and the statements that a client sends. */
final class PostgresLayout {
    /** Version of tables and functions together; in every namespace record. */
    static final int PROTOCOL = 1;

    static final List<String> TABLES = List.of("meta", "lock", "entry", "register");
    static final List<String> FUNCTIONS = List.of(
            "lock_name_1",
            "advance_1",
            "recheck_1",
            "enter_1",
            "enter_queue_1",
            "look_1",
            "leave_1",
            "refuse_1",
            "renew_some_1",
            "renew_1",
            "release_1",
            "release_some_1",
            "hand_over_1",
            "sweep_1",
            "register_1");

    private static final List<String> SCRIPTS = List.of("schema.sql", "queue.sql", "leases.sql", "register.sql");

    final String enter;
    final String look;
    final String leave;
    final String renew;
    final String release;
    final String releaseSome;
    final String sweep;
    final String register;
    final String addMeta;
    final String readMeta;
    private final String schema;

    PostgresLayout(String schema) {
        this.schema = schema;
        String prefix = quoted(schema) + ".";
        enter = "SELECT answer, grant_token, recheck FROM " + prefix + "enter_1(?, ?, ?, ?, ?, ?, ?, ?, ?)";
        look = "SELECT answer, grant_token, recheck FROM " + prefix + "look_1(?, ?, ?, ?, ?, ?, ?)";
        leave = "SELECT " + prefix + "leave_1(?, ?, ?, ?, ?, ?)";
        renew = "CALL " + prefix + "renew_1(?, ?, ?, ?, ?, ?, NULL::text[])";
        release = "SELECT " + prefix + "release_1(?, ?, ?, ?, ?, ?, ?)";
        releaseSome = "SELECT " + prefix + "release_some_1(?, ?, ?, ?, ?, ?)";
        sweep = "SELECT " + prefix + "sweep_1(?)";
        register = "SELECT accepted, highest, held FROM " + prefix + "register_1(?, ?, ?, ?, ?)";
        addMeta = "INSERT INTO " + prefix + "meta (namespace, protocol, mode) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
        readMeta = "SELECT protocol, mode FROM " + prefix + "meta WHERE namespace = ?";
    }

    String schema() {
        return schema;
    }

    /** An identifier as SQL wants it; {@link PostgresParameters} lets nothing through that needs more than quotes. */
    static String quoted(String identifier) {
        return "\"" + identifier + "\"";
    }

    static UUID uuid(AcquisitionId id) {
        return new UUID(
                Long.parseUnsignedLong(id.value().substring(0, 16), 16),
                Long.parseUnsignedLong(id.value().substring(16), 16));
    }

    /** The script that makes schema, tables and functions. */
    String createSql() {
        StringBuilder script = new StringBuilder();
        for (String name : SCRIPTS) {
            script.append(resource(name)).append('\n');
        }
        return script.toString()
                .replace("holdfast.", quoted(schema) + ".")
                .replace(
                        "CREATE SCHEMA IF NOT EXISTS holdfast;", "CREATE SCHEMA IF NOT EXISTS " + quoted(schema) + ";");
    }

    private static String resource(String name) {
        try (InputStream in = PostgresLayout.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar of lock-postgres");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
