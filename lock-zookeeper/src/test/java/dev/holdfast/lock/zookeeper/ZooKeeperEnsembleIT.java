package dev.holdfast.lock.zookeeper;

import static dev.holdfast.lock.zookeeper.ZooKeeperBench.grant;
import static dev.holdfast.lock.zookeeper.ZooKeeperBench.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.ClusterLauncher;
import dev.holdfast.lock.stores.RunningCluster;
import dev.holdfast.lock.stores.StoreLauncher;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.RecordingContext;
import dev.holdfast.lock.zookeeper.ZooKeeperBench.Opened;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three servers: where the session's timer is not on the server that answers. */
class ZooKeeperEnsembleIT {
    private static final Duration LEASE = Duration.ofSeconds(8);

    private RunningCluster ensemble;
    private ZooKeeperBench bench;

    @BeforeEach
    void start() throws Exception {
        ensemble = new ClusterLauncher(new StoreLauncher()).startZooKeeper();
        bench = new ZooKeeperBench(servers());
    }

    @AfterEach
    void stop() throws Exception {
        bench.close();
        ensemble.close();
    }

    private String servers() {
        return ensemble.url().replace("zookeeper://", "");
    }

    private Opened open() {
        RecordingContext context = bench.context(LEASE, Map.of());
        return bench.open(ensemble.url(), context);
    }

    private static double age(long validFrom) {
        return (double) (System.nanoTime() - validFrom) / LEASE.toNanos();
    }

    @Test
    void validityIsKnownAtOnceAndNeverTooYoung() throws Exception {
        long begin = System.nanoTime();
        Opened client = open();
        Grant first = client.acquire("a");
        assertTrue(first.validFrom() - begin >= 0, "the connect counts");
        assertTrue(age(first.validFrom()) < 0.3);
        Await.never("too old, or younger than 0.3 lease times", LEASE.multipliedBy(2), () -> {
            Renewal.Renewed renewed = assertInstanceOf(
                    Renewal.Renewed.class, client.driver().renew(List.of(first)).get(0));
            double age = age(renewed.validFrom());
            return age > 0.52 || (age < 0.3 && renewed.validFrom() != first.validFrom());
        });
        assertEquals(List.of(ReleaseOutcome.RELEASED), client.driver().release(List.of(first)));
        Await.never("an idle client forgets", LEASE, () -> {
            Grant grant = client.acquire("b");
            client.driver().release(List.of(grant));
            return age(grant.validFrom()) > 0.52;
        });
    }

    @Test
    void aGrantOutlivesItsLeaderAndTokensRise() throws Exception {
        Opened client = open();
        Opened rival = open();
        Grant held = client.acquire("a");
        AcquisitionId waiter = AcquisitionId.random();
        assertInstanceOf(Answer.Waiting.class, rival.enter(waiter, "a", true));
        ensemble.leader().kill();
        long killed = System.nanoTime();
        Await.until("renewed by the next leader", Duration.ofSeconds(20), () -> {
            Renewal renewal = client.driver().renew(List.of(held)).get(0);
            return renewal instanceof Renewal.Renewed renewed && renewed.validFrom() - killed > 0;
        });
        assertTrue(client.context().lost.isEmpty());
        assertEquals(List.of(ReleaseOutcome.RELEASED), client.driver().release(List.of(held)));
        Await.until("handed over", Duration.ofSeconds(20), () -> {
            try {
                return rival.driver().enter(request(waiter, "a", true, true)) instanceof Answer.Granted;
            } catch (StoreException e) {
                return false;
            }
        });
        assertTrue(grant(rival.look(waiter, "a")).token() > held.token());
    }

    @Test
    void aFrameworkOfTheUsersIsObservedFirst() throws Exception {
        Opened over = bench.over(bench.curator(servers(), (int) LEASE.toMillis()));
        assertTrue(over.driver().info().remarks().toString().contains("0.3 lease times"));
        long begin = System.nanoTime();
        Grant[] grant = new Grant[1];
        Await.until("granted", LEASE, () -> {
            try {
                grant[0] = over.acquire("a");
                return true;
            } catch (StoreException e) {
                assertEquals(StoreException.Kind.NOT_EXECUTED, e.kind(), e.getMessage());
                return false;
            }
        });
        assertTrue(age(begin) >= 0.3);
        assertTrue(age(grant[0].validFrom()) >= 0.3);
    }
}
