package dev.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.FencedRegister;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StaleTokenException;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.UnknownOutcomeException;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.ClusterLauncher;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A primary with its standby: what is left when the primary is killed and the standby promoted. */
class PostgresStandbyIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

    private static RunningCluster pair(boolean synchronous) {
        return new ClusterLauncher(new StoreLauncher()).startPostgres(synchronous, StoreKind.POSTGRES.durableArgs());
    }

    private static RunningStore standby(RunningCluster pair) {
        return pair.members().get(1);
    }

    private static void failOver(RunningCluster pair) {
        pair.members().get(0).kill();
        pair.promote(standby(pair));
    }

    /** What is there now is on the standby too; what comes next may not be. */
    private static void cutOffStandby(RunningCluster pair) throws Exception {
        String written = DriverFixture.sql(pair.members().get(0), "SELECT pg_current_wal_lsn()");
        String arrived = "SELECT pg_last_wal_replay_lsn() >= '" + written + "'::pg_lsn";
        Await.until("replicated", SOON, () -> DriverFixture.sql(standby(pair), arrived)
                .equals("t"));
        pair.isolate(standby(pair));
    }

    /** While it is away, nothing is granted and nothing is renewed: that would be on the primary alone. */
    @Test
    void withoutItsSynchronousStandbyAPrimaryConfirmsNothing() throws Exception {
        try (RunningCluster pair = pair(true);
                DriverFixture it = new DriverFixture(pair.url(), DriverFixture.options("test", SOON, Map.of()))) {
            Grant grant = it.granted("a");
            pair.isolate(standby(pair));
            assertInstanceOf(
                    Renewal.Unknown.class, it.driver.renew(List.of(grant)).get(0));
            AcquisitionId id = AcquisitionId.random();
            StoreException e = assertThrows(StoreException.class, () -> it.enter(id, "b"));
            assertEquals(StoreException.Kind.UNKNOWN, e.kind(), e.getMessage());
            pair.rejoin();
            Await.until("the same acquire is answered", SOON, () -> {
                try {
                    return it.driver.enter(it.request(id, "b", true, true)) instanceof Answer.Granted;
                } catch (StoreException notYet) {
                    return false;
                }
            });
            assertInstanceOf(
                    Renewal.Renewed.class, it.driver.renew(List.of(grant)).get(0));
        }
    }

    /** The server then says done, and warns: such a grant would be lost with the primary. */
    @Test
    void aCancelledWaitForTheStandbyIsNoGrant() throws Exception {
        try (RunningCluster pair = pair(true);
                DriverFixture it = new DriverFixture(pair.url(), DriverFixture.patient(Duration.ofSeconds(30)))) {
            Grant held = it.granted("a");
            pair.isolate(standby(pair));
            AcquisitionId id = AcquisitionId.random();
            CompletableFuture<StoreException> enter =
                    CompletableFuture.supplyAsync(() -> assertThrows(StoreException.class, () -> it.enter(id, "b")));
            cancelWait(pair);
            assertEquals(StoreException.Kind.UNKNOWN, enter.join().kind());
            CompletableFuture<Renewal> renewal = CompletableFuture.supplyAsync(
                    () -> it.driver.renew(List.of(held)).get(0));
            cancelWait(pair);
            assertInstanceOf(Renewal.Unknown.class, renewal.join());
            pair.rejoin();
            Answer again = it.driver.enter(it.request(id, "b", true, true));
            long token = assertInstanceOf(Answer.Granted.class, again).grant().token();
            failOver(pair);
            assertEquals(
                    Long.toString(token),
                    DriverFixture.sql(standby(pair), "SELECT token FROM holdfast.lock WHERE name = 'b'"),
                    "what was answered at last is on the standby");
        }
    }

    /** Nobody may start it, and yet: its commits wait for a standby that follows somebody else now. */
    @Test
    void theFormerPrimaryOfASynchronousStandbyConfirmsNothing() throws Exception {
        try (RunningCluster pair = pair(true)) {
            RunningStore former = pair.members().get(0);
            try (DriverFixture it = DriverFixture.open(former, SOON)) {
                it.release(it.granted("a"));
            }
            failOver(pair);
            former.restart();
            try (DriverFixture it = DriverFixture.open(former, SOON);
                    DriverFixture present = DriverFixture.open(standby(pair), SOON)) {
                StoreException e = assertThrows(StoreException.class, () -> it.enter(AcquisitionId.random(), "a"));
                assertEquals(StoreException.Kind.UNKNOWN, e.kind(), e.getMessage());
                // Not the same lock: a release is not flushed, and may be lost with the former primary.
                present.granted("b");
            }
        }
    }

    private static void cancelWait(RunningCluster pair) throws Exception {
        RunningStore primary = pair.members().get(0);
        Await.until("a commit waits", SOON, () -> DriverFixture.sql(primary, WAITING)
                .equals("1"));
        DriverFixture.sql(primary, WAITING.replace("count(*)", "pg_cancel_backend(pid)"));
    }

    @Test
    void anAsynchronousStandbyMayLackGrantsAndTokensFenceThem() throws Exception {
        try (RunningCluster pair = pair(false);
                LockClient former = open(pair);
                LockClient next = open(pair)) {
            FencedRegister ledger = former.register("ledger");
            cutOffStandby(pair);
            try (Lease lost = former.named("a").acquire()) {
                ledger.write(lost.fencingToken(), "former".getBytes(StandardCharsets.UTF_8));
                assertTrue(next.named("a").tryAcquire().isEmpty());
                failOver(pair);
                Lease second = next.named("a").acquire(SOON);
                // Its client learns of it by its next renewal.
                System.out.println("postgresql-row-async: both held at once: " + lost.isHeld());
                assertTrue(second.fencingToken() > lost.fencingToken(), second + " after " + lost);
                FencedRegister same = next.register("ledger");
                assertTrue(same.read(second.fencingToken()).isEmpty(), "what only the primary had is lost");
                Await.until("refused", SOON, () -> {
                    try {
                        ledger.write(lost.fencingToken(), "stale".getBytes(StandardCharsets.UTF_8));
                        throw new AssertionError("a stale write was accepted");
                    } catch (StaleTokenException refused) {
                        return true;
                    } catch (StoreUnavailableException | UnknownOutcomeException e) {
                        return false; // its connections lead to the dead primary
                    }
                });
                Await.until("told of the loss", SOON, () -> !lost.isHeld());
                second.close();
            }
        }
    }

    private static LockClient open(RunningCluster pair) {
        ClientOptions options = ClientOptions.builder().leaseTime(SOON).build();
        return Locks.open(pair.url() + "?namespace=async", options);
    }
}
