package dev.holdfast.lock.bench.contender;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** Other libraries over PostgreSQL, each client with a pool of its own. */
final class PostgresPeers {
    private static final int POOL = 16;

    private static final String SHED_LOCK_TABLE =
            """
            CREATE TABLE IF NOT EXISTS shedlock (
                name varchar(64) PRIMARY KEY, lock_until timestamp NOT NULL, locked_at timestamp NOT NULL,
                locked_by varchar(255) NOT NULL)
            """;
    private static final String SPRING_TABLE =
            """
            CREATE TABLE IF NOT EXISTS int_lock (
                lock_key char(36) NOT NULL, region varchar(100) NOT NULL, client_id char(36),
                created_date timestamp NOT NULL, expired_after timestamp NOT NULL, PRIMARY KEY (lock_key, region))
            """;

    private PostgresPeers() {}

    static List<Contender> rows(String host, int port) {
        return List.of(
                spring(host, port), new Contender("ShedLock jdbc-template", Role.PEER, Kinds.TRIES, leaseTime -> {
                    HikariDataSource pool = pool(host, port, SHED_LOCK_TABLE);
                    LockProvider provider =
                            new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                                    .withJdbcTemplate(new JdbcTemplate(pool))
                                    .usingDbTime()
                                    .build());
                    return SharedClient.of(() -> new ShedLockHand(provider, leaseTime), pool);
                }));
    }

    static List<Contender> advisory(String host, int port) {
        return List.of(spring(host, port));
    }

    private static Contender spring(String host, int port) {
        return new Contender("Spring JdbcLockRegistry", Role.PEER, Kinds.WAITS, leaseTime -> {
            HikariDataSource pool = pool(host, port, SPRING_TABLE);
            DefaultLockRepository repository = repository(pool);
            JdbcLockRegistry registry = new JdbcLockRegistry(repository, leaseTime);
            return SharedClient.of(() -> new JavaLockHand(registry::obtain), () -> {
                repository.close();
                pool.close();
            });
        });
    }

    /** Set up as its documentation advises for PostgreSQL, where a failed insert would spoil the transaction. */
    private static DefaultLockRepository repository(HikariDataSource pool) {
        DefaultLockRepository repository = new DefaultLockRepository(pool);
        repository.setTransactionManager(new DataSourceTransactionManager(pool));
        repository.setInsertQuery(repository.getInsertQuery() + " ON CONFLICT DO NOTHING");
        repository.afterPropertiesSet();
        repository.afterSingletonsInstantiated();
        repository.start();
        return repository;
    }

    private static HikariDataSource pool(String host, int port, String table) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url(host, port));
        config.setMaximumPoolSize(POOL);
        config.setMinimumIdle(1);
        config.setMaxLifetime(Duration.ofHours(1).toMillis());
        HikariDataSource pool = new HikariDataSource(config);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(table);
        }
        return pool;
    }

    static String url(String host, int port) {
        return "jdbc:postgresql://" + host + ":" + port + "/holdfast?user=holdfast&password=holdfast";
    }
}
