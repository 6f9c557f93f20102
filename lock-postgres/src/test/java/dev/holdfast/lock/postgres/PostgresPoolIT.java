package dev.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An application that uses up the pool that it has lent. */
class PostgresPoolIT {
    private static final int CONNECTIONS = 8;

    @Test
    void exhaustedPoolCostsNoLease() throws Exception {
        Duration leaseTime = Duration.ofSeconds(2);
        try (RunningStore store = new StoreLauncher().start(StoreKind.POSTGRES);
                HikariDataSource pool = new HikariDataSource(config(store));
                LockClient locks = PostgresLocks.over(
                        pool, ClientOptions.builder().leaseTime(leaseTime).build())) {
            Lease lease = locks.named("a").acquire(Duration.ofSeconds(5));
            List<Connection> taken = new ArrayList<>();
            Await.until(
                    "six are the client's own",
                    Duration.ofSeconds(5),
                    () -> pool.getHikariPoolMXBean().getActiveConnections() == 6);
            try {
                while (pool.getHikariPoolMXBean().getActiveConnections() < CONNECTIONS) {
                    taken.add(pool.getConnection());
                }
                Await.never("the lease was lost", leaseTime.multipliedBy(2), () -> !lease.isHeld());
                assertEquals(ReleaseOutcome.RELEASED, lease.release());
                locks.named("b").acquire(Duration.ofSeconds(5)).release();
            } finally {
                for (Connection connection : taken) {
                    connection.close();
                }
            }
        }
    }

    private static HikariConfig config(RunningStore store) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://" + store.host() + ":" + store.port() + "/holdfast");
        config.setUsername("holdfast");
        config.setPassword("holdfast");
        config.setMaximumPoolSize(CONNECTIONS);
        return config;
    }
}
