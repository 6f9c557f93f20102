package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.Loss;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.LinkControl;
import dev.holdfast.lock.tck.LinkControl.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The store executes a request and its reply is lost, once: one grant, one token, the right outcome, no orphan. */
@Tag("A5")
class LostReplyIT {
    private static final ClientOptions OPTIONS =
            ClientOptions.builder().leaseTime(Duration.ofSeconds(10)).build();

    @FunctionalInterface
    private interface Scenario {
        void play(StoreHarness harness, LinkControl link, LockClient locks) throws Exception;
    }

    private static Stream<DynamicTest> each(Scenario scenario) {
        return StoreRack.onEveryStore(harness -> {
            LinkControl link = harness.link().orElseThrow();
            try (LockClient locks = Locks.open(link.url(), OPTIONS)) {
                locks.named("warm").acquire(Duration.ofSeconds(5)).close();
                scenario.play(harness, link, locks);
            }
            Await.until("no orphan is left: " + harness.residue(), Duration.ofSeconds(5), () -> harness.residue()
                    .equals(Optional.of(List.of())));
        });
    }

    @TestFactory
    Stream<DynamicTest> ofAcquire() {
        return each((harness, link, locks) -> {
            long lost = harness.repliesLost();
            link.loseNextReply(Operation.ACQUIRE);
            try (Lease lease = locks.named("a").acquire(Duration.ofSeconds(8))) {
                assertEquals(1, harness.repliesLost() - lost, "no reply was lost");
                assertTrue(lease.isHeld());
                assertEquals(1, harness.residue().orElseThrow().size(), () -> "one grant: " + harness.residue());
                long token = lease.fencingToken();
                lease.renew();
                assertEquals(token, lease.fencingToken());
            }
        });
    }

    /** Where the connection carries the lease, the lost reply takes the lease with it, and the holder hears of it. */
    @TestFactory
    Stream<DynamicTest> ofRenew() {
        return each((harness, link, locks) -> {
            if (!harness.leasesOutliveConnections()) {
                lossWithTheConnectionIsTold(link, locks);
                return;
            }
            long lost = harness.repliesLost();
            try (Lease lease = locks.named("a", LockOptions.defaults()).acquire(Duration.ofSeconds(8))) {
                long token = lease.fencingToken();
                link.loseNextReply(Operation.RENEW);
                Await.until("a renewal loses its reply", Duration.ofSeconds(8), () -> {
                    tryRenew(lease);
                    return harness.repliesLost() > lost;
                });
                Await.until("a later renewal is answered", Duration.ofSeconds(8), () -> tryRenew(lease));
                assertTrue(lease.isHeld());
                assertEquals(token, lease.fencingToken());
                assertEquals(1, harness.residue().orElseThrow().size(), () -> "one grant: " + harness.residue());
            }
        });
    }

    private static void lossWithTheConnectionIsTold(LinkControl link, LockClient locks) throws Exception {
        Lease lease = locks.named("a").acquire(Duration.ofSeconds(8));
        CompletableFuture<Loss> told = new CompletableFuture<>();
        lease.onLost(told::complete);
        link.cut();
        link.heal();
        // Long before its deadline.
        assertEquals(
                LossReason.SESSION_LOST,
                told.get(locks.info().leaseTime().dividedBy(2).toMillis(), TimeUnit.MILLISECONDS)
                        .reason());
        try (Lease next = locks.named("a").acquire(Duration.ofSeconds(8))) {
            assertTrue(next.fencingToken() > lease.fencingToken());
        }
    }

    private static boolean tryRenew(Lease lease) {
        try {
            lease.renew();
            return true;
        } catch (StoreUnavailableException unknown) {
            return false;
        }
    }

    @TestFactory
    Stream<DynamicTest> ofRelease() {
        return each((harness, link, locks) -> {
            long lost = harness.repliesLost();
            Lease lease = locks.named("a").acquire(Duration.ofSeconds(8));
            link.loseNextReply(Operation.RELEASE);
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            assertEquals(1, harness.repliesLost() - lost, "no reply was lost");
            try (Lease next = locks.named("a").acquire(Duration.ofSeconds(8))) {
                assertTrue(next.fencingToken() > lease.fencingToken());
            }
        });
    }
}
