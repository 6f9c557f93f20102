package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.AcquireTimeoutException;
import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LeaseLostException;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockClosedException;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Chapter E: errors and outcomes. */
public interface OutcomeTck extends Chapter {
    /** A message names lock and store, and keeps the password to itself. If this fails, look at the message. */
    @Test
    @Verifies(Rule.E1)
    default void e1_messageNamesLockAndStoreAndNoSecret() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockUrl url = LockUrl.parse(harness().url());
            LockClient client = stage.client(harness().url(), stage.options().build());
            try (Lease lease = stage.steadyClient().named(name).acquire(Timing.patience())) {
                LockException refused = assertThrows(
                        AcquireTimeoutException.class, () -> client.named(name).acquire(Timing.briefWait()));
                assertSays(refused, url, name);
                assertTrue(lease.isHeld());
            }
            client.close();
            assertSays(
                    assertThrows(
                            LockClosedException.class, () -> client.named(name).tryAcquire()),
                    url,
                    name);
            assertNoSecret(client.toString(), url, name);
        }
    }

    private static void assertSays(LockException thrown, LockUrl url, String name) {
        String message = String.valueOf(thrown.getMessage());
        assertTrue(message.contains(name), "names no lock: " + message);
        assertTrue(message.contains(url.toString()), "names no store: " + message);
        assertNoSecret(message, url, name);
    }

    /** A password that is also a part of what must be named, as that of a store for tests may be, shows nothing. */
    private static void assertNoSecret(String text, LockUrl url, String name) {
        String password = url.password().orElse("\0");
        if (!url.toString().contains(password) && !name.contains(password)) {
            assertFalse(text.contains(password), "a text shows the password");
        }
    }

    /** No error of a URL shows its password. If this fails, look at what quotes the URL. */
    @Test
    @Verifies(Rule.E1)
    default void e1_errorInTheUrlShowsNoSecret() {
        for (String url : List.of(
                "memory://app:sesame@db:1/x",
                "nosuchscheme://app:sesame@db:1/x",
                "memory:x?nosuchparameter=1&password=sesame",
                "memory://app:sesame@db:99999/x",
                "memory://app:sesame@db:1/%zz",
                "nosuchscheme//app:sesame@db")) {
            LockConfigurationException wrong = assertThrows(
                    LockConfigurationException.class, () -> Locks.open(url).close(), url);
            for (Throwable t = wrong; t != null; t = t.getCause()) {
                assertFalse(String.valueOf(t.getMessage()).contains("sesame"), t.getMessage());
            }
        }
    }

    /** A held lock is not an unavailable store. If this fails, look at what ends the wait. */
    @Test
    @Verifies(Rule.E2)
    default void e2_heldByAnotherIsNotAFailure() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            try (Lease lease = stage.steadyClient().named(name).acquire(Timing.patience())) {
                assertTrue(rival.named(name).tryAcquire().isEmpty());
                assertTrue(rival.named(name).tryAcquire(Timing.briefWait()).isEmpty());
                assertThrows(
                        AcquireTimeoutException.class, () -> rival.named(name).acquire(Timing.briefWait()));
                assertTrue(lease.isHeld());
            }
        }
    }

    /** A second acquire of one client and thread contends and says so. If this fails, look at who counts holds. */
    @Test
    @Verifies(Rule.E3)
    default void e3_secondAcquireContends() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.steadyClient();
            try (Lease lease = client.named(name).acquire(Timing.patience())) {
                assertTrue(client.named(name).tryAcquire().isEmpty(), "the lock was entered twice");
                AcquireTimeoutException refused = assertThrows(
                        AcquireTimeoutException.class, () -> client.named(name).acquire(Duration.ofMillis(20)));
                assertTrue(String.valueOf(refused.getMessage()).contains("re-enter"), refused.getMessage());
                assertTrue(lease.isHeld());
            }
        }
    }

    /** Each outcome, provoked, has its own type. If this fails, look at which exception is made where. */
    @Test
    @Verifies(Rule.E4)
    default void e4_everyOutcomeHasItsOwnType() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.steadyClient();
            Stage.Scripted<Scripts.Dead> script = stage.scripted(
                    stage.options().storeTimeout(Duration.ofMillis(50)).build(),
                    target -> new Scripts.Dead(target, Duration.ofMillis(50)));
            LockClient dead = script.client();
            script.driver().dead.set(true);
            Lease lease = client.named(name).acquire(Timing.patience());
            Set<Class<?>> types = new HashSet<>();
            types.add(assertThrows(LockException.class, () -> client.named(name).acquire(Duration.ZERO))
                    .getClass());
            types.add(assertThrows(LockException.class, () -> dead.named(name).acquire(Duration.ofMillis(100)))
                    .getClass());
            lease.release();
            types.add(assertThrows(LockException.class, lease::ensureHeld).getClass());
            client.close();
            types.add(assertThrows(LockException.class, () -> client.named(name).tryAcquire())
                    .getClass());
            types.add(assertThrows(LockException.class, () -> Locks.open("nosuchscheme:x"))
                    .getClass());
            assertEquals(
                    Set.of(
                            AcquireTimeoutException.class,
                            StoreUnavailableException.class,
                            LeaseLostException.class,
                            LockClosedException.class,
                            LockConfigurationException.class),
                    types);
        }
    }

    /** An open breaker stops new acquires only. If this fails: what else asks the breaker? */
    @Test
    @Verifies(Rule.E5)
    default void e5_openBreakerDoesNotHoldBackLeases() throws Exception {
        try (Stage stage = stage()) {
            AtomicBoolean failing = new AtomicBoolean();
            AtomicInteger enters = new AtomicInteger();
            AtomicInteger leaves = new AtomicInteger();
            LockClient client = stage.scripted(stage.options().build(), target -> new ForwardingDriver(target) {
                        @Override
                        public Answer enter(AcquireRequest request) throws InterruptedException {
                            enters.incrementAndGet();
                            if (failing.get()) {
                                throw StoreException.unknown("enter fails, for the test", null);
                            }
                            return super.enter(request);
                        }

                        @Override
                        public LeaveOutcome leave(AcquireRequest request) {
                            leaves.incrementAndGet();
                            return super.leave(request);
                        }
                    })
                    .client();
            Lease lease = client.named(stage.name()).acquire(Timing.patience());
            Lease kept = client.named(stage.name()).acquire(Timing.patience());
            failing.set(true);
            Await.until("an open breaker", Timing.patience(), () -> {
                int before = enters.get();
                assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                        .acquire(Duration.ofMillis(100)));
                return enters.get() == before;
            });
            int sent = enters.get();
            Duration took =
                    Await.took(() -> assertThrows(StoreUnavailableException.class, () -> client.named(stage.name())
                            .acquire(Duration.ofSeconds(5))));
            assertTrue(took.compareTo(Timing.scheduling()) < 0 || enters.get() > sent, "no fast failure: " + took);
            Await.until("leaves of failed acquires", Timing.patience(), () -> leaves.get() > 0);
            Await.never("loss", stage.lease().multipliedBy(2), () -> !lease.isHeld() || !kept.isHeld());
            assertEquals(ReleaseOutcome.RELEASED, lease.release());
            failing.set(false);
            Await.until("an acquire after the breaker's pause", Timing.patience(), () -> {
                try {
                    client.named(lease.lockName()).acquire(Timing.patience()).release();
                    return true;
                } catch (StoreUnavailableException stillOpen) {
                    return false;
                }
            });
            assertTrue(kept.isHeld());
        }
    }

    /** Options that make no sense are refused by name. If this fails, look at where the option is taken in. */
    @Test
    @Verifies(Rule.E6)
    default void e6_senselessOptionsAreRefused() throws Exception {
        ClientOptions.Builder builder = ClientOptions.builder();
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofHours(25))) {
            assertNames("leaseTime", assertThrows(IllegalArgumentException.class, () -> builder.leaseTime(wrong)));
        }
        assertNames(
                "storeTimeout",
                assertThrows(IllegalArgumentException.class, () -> builder.storeTimeout(Duration.ZERO)));
        assertNames(
                "maxWait", assertThrows(IllegalArgumentException.class, () -> builder.maxWait(Duration.ofMillis(-1))));
        assertNames("tokenFloor", assertThrows(IllegalArgumentException.class, () -> builder.tokenFloor(-1)));
        assertNames("namespace", assertThrows(IllegalArgumentException.class, () -> builder.namespace("a/b")));
        LockOptions options = LockOptions.defaults();
        assertNames("maxHold", assertThrows(IllegalArgumentException.class, () -> options.maxHold(Duration.ZERO)));
        assertNames(
                "minHold", assertThrows(IllegalArgumentException.class, () -> options.minHold(Duration.ofMillis(-1))));
        for (String wrong : List.of("leaseTime=15", "leaseTime=", "leaseTime=-1s", "leaseTime=50ms", "leaseTime=25h")) {
            assertNames(
                    "leaseTime",
                    assertThrows(LockConfigurationException.class, () -> Locks.open("memory:?" + wrong), wrong));
        }
        try (Stage stage = stage()) {
            LockClient client = stage.client();
            Duration negative = Duration.ofMillis(-1);
            assertNames("maxWait", assertThrows(IllegalArgumentException.class, () -> client.named("x")
                    .tryAcquire(negative)));
        }
    }

    private static void assertNames(String option, Exception refused) {
        assertTrue(String.valueOf(refused.getMessage()).contains(option), refused.getMessage());
    }
}
