package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.Loss;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.stores.harness.Variant;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.LinkControl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The store stands still (SIGSTOP): nobody waits longer than asked, nobody believes, nobody storms, nothing stays. */
@Tag("A4")
class StoppedStoreIT {
    private static final int CALLERS = 50;
    private static final long PACE_NANOS = 10_000_000;
    private static final Duration STORM = Duration.ofSeconds(5);

    @TestFactory
    Stream<DynamicTest> aStoppedStoreCostsNoMoreThanTheBudgetAndLeavesNothing() {
        return Stream.of(Variant.values())
                .map(variant -> DynamicTest.dynamicTest(variant.store(), () -> {
                    try (RunningStore store = StoreRack.another(variant.kind());
                            StoreHarness harness = variant.on(store)) {
                        harness.awaitGrants(harness.url());
                        stopped(store, harness);
                    }
                }));
    }

    private static void stopped(RunningStore store, StoreHarness harness) throws Exception {
        LinkControl link = harness.link().orElseThrow();
        ClientOptions options =
                ClientOptions.builder().leaseTime(harness.shortestLease()).build();
        try (LockClient locks = Locks.open(link.url(), options)) {
            Duration lease = locks.info().leaseTime();
            Lease held = locks.named("held").acquire(Duration.ofSeconds(5));
            CompletableFuture<Loss> told = new CompletableFuture<>();
            held.onLost(told::complete);
            store.pause();
            try {
                Duration left = held.remaining();
                Duration took =
                        Await.took(() -> assertThrows(StoreUnavailableException.class, () -> locks.named("other")
                                .acquire(Duration.ofSeconds(2))));
                assertTrue(took.compareTo(Duration.ofMillis(2_500)) <= 0, () -> "acquire(2 s) took " + took);
                told.get(left.toMillis() + 500, TimeUnit.MILLISECONDS);
                assertEquals(false, held.isHeld());
                storm(harness, link, locks);
            } finally {
                store.resume();
            }
            Duration bound = lease.plus(harness.crashSlack()).plusSeconds(2);
            Await.until("nothing is left in " + store + ": " + harness.residue(), bound, () -> harness.residue()
                    .equals(Optional.of(List.of())));
            Await.until("the client works again", Duration.ofSeconds(10), () -> works(locks));
        }
    }

    private static void storm(StoreHarness harness, LinkControl link, LockClient locks) throws Exception {
        long before = link.connectionAttempts();
        long end = System.nanoTime() + STORM.toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                String name = "storm-" + i;
                callers.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0) {
                        assertThrows(
                                LockException.class, () -> locks.named(name).acquire(Duration.ofSeconds(1)));
                        LockSupport.parkNanos(PACE_NANOS);
                    }
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get(STORM.toSeconds() + 10, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        long attempts = link.connectionAttempts() - before;
        System.out.printf(
                "A4 %s: %d connection attempts in %s by %d callers%n", harness.store(), attempts, STORM, CALLERS);
        assertTrue(attempts <= 20 * STORM.toSeconds(), () -> attempts + " connection attempts in " + STORM);
    }

    private static boolean works(LockClient locks) throws InterruptedException {
        try (Lease lease = locks.named("again").acquire(Duration.ofSeconds(2))) {
            return lease.isHeld();
        } catch (StoreUnavailableException notYet) {
            return false;
        }
    }
}
