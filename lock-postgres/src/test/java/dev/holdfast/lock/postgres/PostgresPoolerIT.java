package dev.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Contenders;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.HistoryChecker;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import dev.holdfast.lock.tck.LostUpdate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mode row behind PgBouncer in transaction mode, where no two statements need to meet the same server process. */
class PostgresPoolerIT {
    private static final ClientOptions OPTIONS =
            ClientOptions.builder().leaseTime(Duration.ofSeconds(2)).build();

    @TempDir
    Path directory;

    @Test
    void locksExcludeRenewAndMoveOnBehindATransactionPooler() throws Exception {
        Path events = directory.resolve("history");
        try (RunningStore store = new StoreLauncher().start(StoreKind.POSTGRES);
                RunningStore pooler =
                        new StoreLauncher().startPgBouncer(store, "pool_mode = transaction", "default_pool_size = 4");
                LockClient first = Locks.open(pooler.url(), OPTIONS);
                LockClient second = Locks.open(pooler.url(), OPTIONS);
                LockClient direct = Locks.open(store.url(), OPTIONS);
                History history = History.appendTo(events);
                LostUpdate counter = LostUpdate.in(directory.resolve("counter"))) {
            try (Lease lease = first.named("held").acquire()) {
                Await.never(
                        "lost, or granted to another",
                        Duration.ofSeconds(3),
                        () -> !lease.isHeld()
                                || second.named("held").tryAcquire().isPresent());
            }
            Contenders contenders = new Contenders("pooled", history, counter, 1);
            List<DistributedLock> locks =
                    List.of(first.named("busy"), second.named("busy"), direct.named("busy"), second.named("busy"));
            contenders.run(locks, Duration.ofSeconds(3));
            Findings findings = HistoryChecker.check(History.read(events));
            System.out.println("behind a transaction pooler: " + findings.grants() + " grants");
            assertTrue(findings.clean(), findings.violations().toString());
            assertTrue(findings.grants() > 20, findings.toString());
            assertEquals(counter.accepted(), counter.value());
        }
    }
}
