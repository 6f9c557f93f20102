package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.LinkControl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** What a pair of acquire and release, and holding a thousand leases, costs the store. */
@Tag("A6")
@Tag("measures")
class RequestsIT {
    private static final int PAIRS = 500;
    private static final int LEASES = 1_000;
    private static final Duration ONE_WAY = Duration.ofMillis(50);
    private static final Map<String, Integer> PER_PAIR = Map.of(
            "redis", 2,
            "redis-strict", 2,
            "etcd", 2,
            "zookeeper", 3,
            "postgresql-row", 2,
            "postgresql-advisory", 2);

    @TestFactory
    Stream<DynamicTest> anUncontendedPairCostsTheseRequests() {
        return StoreRack.onEveryStore(harness -> {
            try (LockClient locks = Locks.open(harness.url(), longLease())) {
                pairs(locks, 50);
                long before = harness.requests().orElseThrow();
                pairs(locks, PAIRS);
                double perPair = (double) (harness.requests().orElseThrow() - before) / PAIRS;
                System.out.printf("A6 %s: %.3f requests for a pair%n", harness.store(), perPair);
                int expected = PER_PAIR.get(harness.store());
                assertTrue(perPair >= expected && perPair < expected + 0.1, () -> perPair + " requests for a pair");
            }
        });
    }

    private static void pairs(LockClient locks, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            locks.named("pair").acquire(Duration.ofSeconds(5)).close();
        }
    }

    /** 100 ms is one round trip: an acquire takes one, a release takes one, on every store. */
    @TestFactory
    Stream<DynamicTest> anUncontendedPairTakesTwoRoundTrips() {
        return StoreRack.onEveryStore(harness -> {
            LinkControl link = harness.link().orElseThrow();
            try (LockClient locks = Locks.open(link.url(), longLease())) {
                pairs(locks, 50);
                link.delay(ONE_WAY);
                Duration best = Duration.ofDays(1);
                for (int i = 0; i < 5; i++) {
                    Duration took = Await.took(() -> {
                        pairs(locks, 1);
                    });
                    best = took.compareTo(best) < 0 ? took : best;
                }
                link.heal();
                long millis = best.toMillis();
                System.out.printf("A6 %s: a pair takes %d ms at 100 ms a round trip%n", harness.store(), millis);
                assertTrue(millis >= 200 && millis < 300, () -> "a pair takes " + millis + " ms, not two round trips");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> aThousandLeasesCostAtMostFourRequestsAnInterval() {
        return StoreRack.onEveryStore(this::hold);
    }

    private void hold(StoreHarness harness) throws Exception {
        Duration leaseTime = Duration.ofSeconds(6);
        ClientOptions options = ClientOptions.builder().leaseTime(leaseTime).build();
        List<Lease> leases = new ArrayList<>();
        try (LockClient locks = Locks.open(harness.url(), options)) {
            for (int i = 0; i < LEASES; i++) {
                leases.add(locks.named("held-" + i).acquire(Duration.ofSeconds(5)));
            }
            int intervals = 3;
            long watched = System.nanoTime();
            long before = harness.requests().orElseThrow();
            Await.never(
                    "a lease is lost",
                    locks.info().leaseTime().dividedBy(3).multipliedBy(intervals),
                    () -> !leases.get(LEASES - 1).isHeld());
            double perInterval = (double) (harness.requests().orElseThrow() - before) / intervals;
            System.out.printf(
                    "A6 %s: %.1f requests an interval for %d leases (%d ms watched)%n",
                    harness.store(),
                    perInterval,
                    LEASES,
                    Duration.ofNanos(System.nanoTime() - watched).toMillis());
            assertTrue(leases.stream().allMatch(Lease::isHeld), "a lease was lost");
            // ZooKeeper checks each of its nodes in the batch that its heartbeat is; its bound is its heartbeat.
            assertTrue(perInterval <= 4.5, () -> perInterval + " requests an interval");
        }
    }

    private static ClientOptions longLease() {
        return ClientOptions.builder().leaseTime(Duration.ofSeconds(10)).build();
    }
}
