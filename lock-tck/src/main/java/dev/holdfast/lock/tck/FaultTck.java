package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Loss;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.tck.LinkControl.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lost replies, a stopped store, a store that comes back: what S6, D2, D12, W5, E7, E8, L3 and X3 say about them. */
public interface FaultTck extends Chapter {
    private LinkControl link() {
        return harness().link().orElseThrow(() -> new NotApplicable("the harness has no proxy in front of this store"));
    }

    private StoreControl control() {
        return harness()
                .control()
                .orElseThrow(() -> new NotApplicable("the harness has no power over the processes of this store"));
    }

    private static ClientOptions steady(Stage stage) {
        return stage.options().leaseTime(stage.longLease()).build();
    }

    /** The reply of an acquire is lost: one grant, one lease, no orphan. If this fails, look at enter's retry. */
    @Test
    @Injects(Fault.ACQUIRE_REPLY_LOST)
    @Verifies(Rule.S6)
    default void s6_acquireWhoseReplyIsLostHasOneGrant() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = link();
            LockClient client = stage.client(link.url(), steady(stage));
            // Once before: what a first acquire of a name needs besides is not what is lost here.
            String name = stage.name();
            client.named(name).acquire(Timing.patience()).release();
            link.loseNextReply(Operation.ACQUIRE);
            try (Lease lease = client.named(name).acquire(Timing.patience())) {
                assertTrue(lease.isHeld());
                assertTrue(stage.client().named(name).tryAcquire().isEmpty());
            } finally {
                link.heal();
            }
            assertFreeAndEmpty(stage, name);
        }
    }

    /** The same on memory, with a driver that loses replies. If this fails, look at the id of a retry. */
    @Test
    @Verifies(Rule.S6)
    default void s6_retryKeepsItsId() throws Exception {
        try (Stage stage = stage()) {
            Stage.Scripted<Scripts.LosingReplies> script =
                    stage.scripted(steady(stage), target -> new Scripts.LosingReplies(target));
            LockClient client = script.client();
            String name = stage.name();
            for (Duration wait : List.of(Duration.ZERO, Timing.patience())) {
                script.driver().ofEnter.set(true);
                int before = script.driver().enters.get();
                try (Lease lease = client.named(name).acquire(wait)) {
                    assertTrue(lease.isHeld());
                }
                assertEquals(2, script.driver().enters.get() - before, "one try and one retry");
            }
            assertFreeAndEmpty(stage, name);
        }
    }

    /**
     * The reply of a renewal is lost: the lease stays held. If this fails, look at the retry of a renewal. Not with the
     * shortest lease: some clients of stores pause for a second before they connect again.
     */
    @Test
    @Injects(Fault.RENEW_REPLY_LOST)
    @Verifies(Rule.D4)
    default void d4_renewalWhoseReplyIsLostIsRepeated() throws Exception {
        try (Stage stage = stage()) {
            if (!harness().leasesOutliveConnections()) {
                throw new NotApplicable("in this store a lease ends with its connection, which goes with the reply");
            }
            LinkControl link = link();
            LockClient client = stage.client(
                    link.url(), stage.options().leaseTime(stage.longLease()).build());
            try (Lease lease = client.named(stage.name()).acquire(Timing.patience())) {
                link.loseNextReply(Operation.RENEW);
                Duration longer = client.info().leaseTime().multipliedBy(5).dividedBy(4);
                Await.never("the lease was lost by one lost reply", longer, () -> !lease.isHeld());
                assertEquals(ReleaseOutcome.RELEASED, lease.release());
            } finally {
                link.heal();
            }
        }
    }

    /** The reply of a release is lost: released. If this fails, look at NOT_HELD as the answer to a retry. */
    @Test
    @Injects(Fault.RELEASE_REPLY_LOST)
    @Verifies(Rule.D12)
    default void d12_releaseWhoseReplyIsLostSaysReleased() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = link();
            LockClient client = stage.client(link.url(), steady(stage));
            String name = stage.name();
            Lease lease = client.named(name).acquire(Timing.patience());
            link.loseNextReply(Operation.RELEASE);
            try {
                assertEquals(ReleaseOutcome.RELEASED, lease.release());
            } finally {
                link.heal();
            }
            assertFreeAndEmpty(stage, name);
        }
    }

    private void assertFreeAndEmpty(Stage stage, String name) throws Exception {
        LockClient other = stage.client();
        Duration bound = stage.lease().plus(harness().crashSlack()).plus(Timing.patience());
        other.named(name).acquire(bound).release();
        if (harness().residue().isPresent()) {
            Await.until(
                    "nothing in the store",
                    bound,
                    () -> harness().residue().orElseThrow().isEmpty());
        }
    }

    /**
     * The store stops: acquires end within their budgets as unavailable, a held lease is lost by its deadline, closing
     * is bounded; it goes on: clients work again, and nothing is left. If this fails, look at the time-outs of
     * requests.
     */
    @Test
    @Injects(Fault.STORE_STOPPED)
    @Verifies({Rule.W5, Rule.D2, Rule.D14, Rule.E2, Rule.L3})
    default void w5_stoppedStoreHoldsNobodyUp() throws Exception {
        try (Stage stage = stage()) {
            StoreControl control = control();
            LockClient client = stage.client();
            LockClient closing = stage.client();
            String name = stage.name();
            Lease lease = client.named(name).acquire(Timing.patience());
            Lease other = closing.named(stage.name()).acquire(Timing.patience());
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            lease.onLost(losses::add);
            control.pause();
            try {
                Duration left = lease.remaining();
                long paused = System.nanoTime();
                Stage.Branch<Duration> acquire = stage.branch(() ->
                        Await.took(() -> assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                                .acquire(Duration.ofSeconds(2)))));
                // A renewal that was under way when the store stopped may have been confirmed just before.
                Duration within = left.plus(client.info().leaseTime()).plus(Timing.scheduling());
                assertTrue(losses.poll(within.toMillis(), TimeUnit.MILLISECONDS) != null, "no loss was reported");
                assertFalse(lease.isHeld());
                assertTrue(System.nanoTime() - paused <= within.toNanos());
                Duration took = acquire.join();
                assertTrue(took.compareTo(Duration.ofMillis(2_500)) <= 0, "acquire(2 s) took " + took);
                Duration closed = Await.took(() -> {
                    closing.close();
                });
                Duration bound =
                        ClientOptions.defaults().storeTimeout().multipliedBy(3).plus(Timing.scheduling());
                assertTrue(closed.compareTo(bound) <= 0, "closing took " + closed);
                assertFalse(other.isHeld());
            } finally {
                control.resume();
            }
            assertFreeAndEmpty(stage, name);
        }
    }

    /** The link is dead: an acquire ends within its budget. If this fails, look at connects and at the pool. */
    @Test
    @Injects({Fault.BLACK_HOLE, Fault.CONNECTION_RESET})
    @Verifies({Rule.W5, Rule.E2})
    default void w5_deadLinkHoldsNobodyUp() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = link();
            for (Runnable trouble : List.<Runnable>of(link::blackHole, link::cut)) {
                LockClient client = stage.client(link.url(), stage.options().build());
                client.named(stage.name()).acquire(Timing.patience()).release();
                trouble.run();
                try {
                    Duration took = Await.took(
                            () -> assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                                    .acquire(Duration.ofSeconds(1))));
                    assertTrue(took.compareTo(Duration.ofMillis(1_500)) <= 0, "acquire(1 s) took " + took);
                } finally {
                    link.heal();
                }
            }
        }
    }

    /** Many callers of a dead store cause few connections. If this fails, look at who reconnects, and how often. */
    @Test
    @Verifies(Rule.E7)
    default void e7_manyCallersCauseFewConnectionAttempts() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = link();
            LockClient client = stage.client(link.url(), stage.options().build());
            link.cut();
            try {
                long before = link.connectionAttempts();
                List<Stage.Branch<?>> callers = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    callers.add(stage.branch(
                            () -> assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                                    .acquire(Duration.ofSeconds(2)))));
                }
                long begin = System.nanoTime();
                for (Stage.Branch<?> caller : callers) {
                    caller.join(Duration.ofSeconds(30));
                }
                // Breakers fail the later ones at once; the client goes on by itself for the rest of the time.
                Await.until(
                        "two seconds",
                        Duration.ofSeconds(3),
                        () -> System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(2));
                double seconds = (System.nanoTime() - begin) / 1e9;
                long attempts = link.connectionAttempts() - before;
                assertTrue(attempts <= 20 * seconds, attempts + " connection attempts in " + seconds + " s");
            } finally {
                link.heal();
            }
        }
    }

    /** The store is killed and comes back: the same client works again. If this fails, look at reconnecting. */
    @Test
    @Injects(Fault.STORE_RESTARTED)
    @Verifies(Rule.E8)
    default void e8_clientWorksAgainAfterARestart() throws Exception {
        try (Stage stage = stage()) {
            StoreControl control = control();
            LockClient client = stage.client();
            client.named(stage.name()).acquire(Timing.patience()).release();
            control.kill();
            try {
                assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                        .acquire(Duration.ofMillis(500)));
            } finally {
                control.restart();
            }
            String name = stage.name();
            harness().awaitGrants(harness().url());
            Await.until("a grant after the restart", Timing.patience().multipliedBy(2), () -> {
                try {
                    client.named(name).acquire(Duration.ofSeconds(2)).release();
                    return true;
                } catch (StoreUnavailableException stillDown) {
                    return false;
                }
            });
        }
    }

    /** A grant outlives a crash of the store. If this fails, look at what the store has on disk when it answers. */
    @Test
    @Injects(Fault.STORE_RESTARTED)
    @Verifies(Rule.X3)
    default void x3_grantSurvivesACrashOfTheStore() throws Exception {
        try (Stage stage = stage()) {
            StoreControl control = control();
            String name = stage.name();
            Duration leaseTime = stage.longLease().plus(Duration.ofSeconds(20));
            LockClient client =
                    stage.client(stage.options().leaseTime(leaseTime).build());
            Lease lease = client.named(name).acquire(Timing.patience());
            control.kill();
            control.restart();
            LockClient rival = stage.client();
            assertTrue(rival.named(name).tryAcquire(Duration.ofMillis(500)).isEmpty(), "a rival was granted the lock");
            assertTrue(lease.isHeld());
            Await.until("a renewal after the restart", Timing.patience(), () -> {
                try {
                    lease.renew();
                    return true;
                } catch (StoreUnavailableException stillDown) {
                    return false;
                }
            });
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
        }
    }
}
