package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import dev.holdfast.lock.bench.run.Scenario.Kind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/** PostgreSQL by bare statements in autocommit, a connection for each hand. */
final class PostgresFloor {
    private static final String TABLES =
            """
            CREATE TABLE IF NOT EXISTS floor_row (
                name text PRIMARY KEY, owner int NOT NULL, token bigint NOT NULL, expires timestamptz NOT NULL);
            CREATE TABLE IF NOT EXISTS floor_token (name text PRIMARY KEY, token bigint NOT NULL)
            """;

    private static final String TAKE_ROW =
            """
            INSERT INTO floor_row AS r VALUES (?, pg_backend_pid(), 1, clock_timestamp() + interval '30 s')
            ON CONFLICT (name) DO UPDATE
                SET owner = EXCLUDED.owner, token = r.token + 1, expires = EXCLUDED.expires
                WHERE r.expires <= clock_timestamp()
            RETURNING token
            """;
    private static final String FREE_ROW =
            "UPDATE floor_row SET expires = '-infinity' WHERE name = ? AND owner = pg_backend_pid() RETURNING token";

    /** The subquery waits for the lock; OFFSET keeps it one, so that the token is raised after that. */
    private static final String TAKE_ADVISORY_AND_TOKEN =
            """
            INSERT INTO floor_token AS f SELECT name, 1
                FROM (SELECT n AS name, pg_advisory_lock(hashtextextended(n, 0))
                    FROM (VALUES (?)) AS v (n) OFFSET 0) AS l
            ON CONFLICT (name) DO UPDATE SET token = f.token + 1
            RETURNING token
            """;

    private static final String TAKE_ADVISORY = "SELECT pg_advisory_lock(hashtextextended(?, 0))";
    private static final String FREE_ADVISORY = "SELECT 1 WHERE pg_advisory_unlock(hashtextextended(?, 0))";

    private PostgresFloor() {}

    static List<Contender> rows(String host, int port) {
        return List.of(
                selectOne(host, port), floor("row upsert + update", Kinds.TRIES, host, port, TAKE_ROW, FREE_ROW));
    }

    static List<Contender> advisory(String host, int port) {
        return List.of(
                selectOne(host, port),
                floor("advisory lock + durable token", Kinds.WAITS, host, port, TAKE_ADVISORY_AND_TOKEN, FREE_ADVISORY),
                floor("advisory lock without token", Kinds.WAITS, host, port, TAKE_ADVISORY, FREE_ADVISORY));
    }

    private static Contender selectOne(String host, int port) {
        return new Contender(
                "SELECT 1",
                Role.ROUND_TRIP,
                Kinds.TRIES,
                leaseTime -> SharedClient.of(() -> new Statements(host, port, "SELECT 1", "")));
    }

    private static Contender floor(String name, Set<Kind> kinds, String host, int port, String take, String free) {
        return new Contender(name, Role.FLOOR, kinds, leaseTime -> {
            try (Connection connection = connect(host, port);
                    Statement statement = connection.createStatement()) {
                statement.execute(TABLES);
            }
            return SharedClient.of(() -> new Statements(host, port, take, free));
        });
    }

    private static Connection connect(String host, int port) throws SQLException {
        return DriverManager.getConnection(PostgresPeers.url(host, port));
    }

    private static final class Statements implements Contender.Hand {
        private final Connection connection;
        private final PreparedStatement take;
        private final PreparedStatement free;
        private final boolean named;
        private String held = "";

        /** A statement to take and one to free, each with the name as its parameter; none to free for a round trip. */
        Statements(String host, int port, String take, String free) throws SQLException {
            this.connection = connect(host, port);
            this.take = connection.prepareStatement(take);
            this.named = !free.isEmpty();
            this.free = named ? connection.prepareStatement(free) : this.take;
        }

        @Override
        public void acquire(String name) throws SQLException, LimitedWait {
            held = name;
            LimitedWait.unless(hasRow(take), name);
        }

        @Override
        public void release() throws SQLException {
            if (named && !hasRow(free)) {
                throw new IllegalStateException("a release found another owner");
            }
        }

        private boolean hasRow(PreparedStatement statement) throws SQLException {
            if (named) {
                statement.setString(1, held);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
