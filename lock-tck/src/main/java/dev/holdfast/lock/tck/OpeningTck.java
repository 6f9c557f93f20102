package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockClosedException;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Chapters P and X: providers, opening and closing, and what a driver claims. */
public interface OpeningTck extends Chapter {
    /** A provider is loaded without a thread, a request or a throw. If this fails, look at its constructor. */
    @Test
    @Verifies(Rule.P1)
    default void p1_loadingAProviderDoesNoIo() throws Exception {
        Set<Thread> before = threads();
        long requests = requestsAtRest();
        LockProvider provider = Drivers.provider(harness().url());
        Drivers.provider(harness().url());
        assertFalse(provider.schemes().isEmpty());
        for (String scheme : provider.schemes()) {
            assertEquals(scheme.toLowerCase(Locale.ROOT), scheme);
        }
        assertTrue(provider.parameters().stream().noneMatch(String::isBlank));
        assertEquals(Set.of(), newThreads(before), "threads of a provider that was only loaded");
        assertEquals(requests, harness().requests().orElse(0));
    }

    /** The last packets of another test's clients may be counted after these are closed. */
    private long requestsAtRest() throws Exception {
        long[] last = {-1};
        Await.until("a store that nobody sends anything to", Timing.patience(), () -> {
            long before = last[0];
            LockSupport.parkNanos(Timing.quiet().toNanos());
            last[0] = harness().requests().orElse(0);
            return last[0] == before;
        });
        return last[0];
    }

    /** A provider that cannot be loaded does not hide the others. If this fails, look at how providers are iterated. */
    @Test
    @Verifies(Rule.P3)
    default void p3_brokenProviderDoesNotHideOthers() throws Exception {
        try (SecondClassPath broken = new SecondClassPath("no.such.Provider")) {
            assertEquals("nothing was thrown", broken.failureOf("memory:"));
            String failure = broken.failureOf("nosuchscheme:");
            assertTrue(failure.contains("no.such.Provider"), failure);
        }
    }

    /** Two providers of one scheme are an error that names both. If this fails, look at how a provider is chosen. */
    @Test
    @Verifies(Rule.P2)
    default void p2_twoProvidersOfOneSchemeAreAnError() throws Exception {
        try (SecondClassPath twin = new SecondClassPath(TwinProvider.class.getName())) {
            String failure = twin.failureOf("memory:");
            assertTrue(failure.startsWith("LockConfigurationException"), failure);
            assertTrue(failure.contains(TwinProvider.class.getName()), failure);
            assertTrue(failure.contains("MemoryLocks"), failure);
        }
    }

    /** An unknown scheme is an error that names it and those found. If this fails, look at the message. */
    @Test
    @Verifies(Rule.P3)
    default void p3_schemeWithoutProviderIsAnError() {
        LockConfigurationException refused =
                assertThrows(LockConfigurationException.class, () -> Locks.open("nosuchscheme://h:1"));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("nosuchscheme"), message);
        assertTrue(message.contains("memory"), message);
    }

    /**
     * An opening whose store cannot be reached ends in time and leaves no thread. If this fails, look at the opening.
     */
    @Test
    @Verifies(Rule.P4)
    default void p4_openingWithoutStoreLeavesNothing() throws Exception {
        LinkControl link = harness()
                .link()
                .orElseThrow(() -> new NotApplicable("the harness has no proxy in front of this store"));
        Duration connectTimeout = Duration.ofSeconds(1);
        ClientOptions options = ClientOptions.builder()
                .leaseTime(harness().shortestLease())
                .connectTimeout(connectTimeout)
                .build();
        // Once before counting: threads that a client library starts once for all its clients are not a leak.
        Locks.open(link.url(), options).close();
        List<Runnable> troubles = List.of(link::cut, link::blackHole);
        for (Runnable trouble : troubles) {
            Set<Thread> before = threads();
            trouble.run();
            try {
                Duration took = Await.took(
                        () -> assertThrows(StoreUnavailableException.class, () -> Locks.open(link.url(), options)));
                assertTrue(
                        took.compareTo(connectTimeout.plusSeconds(1).plus(Timing.scheduling())) <= 0,
                        "opening took " + took);
            } finally {
                link.heal();
            }
            Await.until("no thread of a failed opening", Timing.patience(), () -> newThreads(before)
                    .isEmpty());
        }
    }

    /** An opener that throws leaves no thread. If this fails, look at what exists before the driver. */
    @Test
    @Verifies(Rule.P4)
    default void p4_failingOpenerLeavesNothing() throws Exception {
        if (!harness().reference()) {
            throw NotApplicable.shownOnMemory();
        }
        Set<Thread> before = threads();
        assertThrows(
                StoreUnavailableException.class,
                () -> Locks.over(ClientOptions.defaults(), context -> {
                    Thread early = context.threads().newThread(() -> {});
                    early.start();
                    context.timer().execute(() -> {});
                    throw StoreException.notExecuted("no store, for the test", null);
                }));
        assertThrows(
                LockConfigurationException.class,
                () -> Locks.over(ClientOptions.defaults(), context -> {
                    throw StoreException.refused("wrong password, for the test", null);
                }));
        Await.until("no thread of a failed opening", Timing.patience(), () -> newThreads(before)
                .isEmpty());
    }

    /** A parameter that nobody knows is refused by name. If this fails, look at the provider's parameters. */
    @Test
    @Verifies(Rule.P5)
    default void p5_unknownParameterIsRefused() {
        for (String parameter : List.of("nosuchparameter", "leasetime", "client.noSuchOptionOfAnyClient")) {
            String url = Drivers.with(harness().url(), parameter, "1");
            LockConfigurationException refused = assertThrows(
                    LockConfigurationException.class, () -> Locks.open(url).close(), parameter);
            assertTrue(String.valueOf(refused.getMessage()).contains(parameter), refused.getMessage());
        }
    }

    /** Opening and closing again and again leaves no thread. If this fails, look at close in the driver. */
    @Test
    @Verifies(Rule.P6)
    default void p6_closingEndsEveryThread() throws Exception {
        useOnce();
        Set<Thread> before = threads();
        for (int i = 0; i < 3; i++) {
            useOnce();
        }
        if (!Await.holdsWithin(Timing.patience(), () -> newThreads(before).isEmpty())) {
            assertEquals(Set.of(), newThreads(before), "threads after close");
        }
    }

    private void useOnce() throws InterruptedException {
        try (LockClient client = harness()
                .open(ClientOptions.builder()
                        .leaseTime(harness().shortestLease())
                        .build())) {
            client.named("tck-p6").acquire(Timing.patience()).release();
            client.named("tck-p6").acquire(Timing.patience());
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .collect(Collectors.toSet());
    }

    /** Names of threads that were not there before; not those of the JVM, of the kit, and of its processes. */
    private static Set<String> newThreads(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.startsWith("process reaper")
                        && !name.startsWith("ForkJoinPool.commonPool")
                        && !name.startsWith("child-")
                        && !name.startsWith("tck-")
                        && !name.startsWith("junit-"))
                .collect(Collectors.toSet());
    }

    /** The driver makes the claims that the harness expects. If this fails, correct the one or the other. */
    @Test
    @Verifies(Rule.X1)
    default void x1_driverMakesTheClaimsThatAreTested() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.client();
            assertEquals(harness().claims(), client.info().claims());
            harness()
                    .expected()
                    .ifPresent(
                            expected -> assertEquals(expected.kept(), harness().claims()));
            assertFalse(client.info().store().isBlank());
            assertFalse(client.info().version().isBlank());
        }
    }

    /** require passes what is claimed and refuses what is not. If this fails, look at require. */
    @Test
    @Verifies(Rule.X2)
    default void x2_requireRefusesWhatIsNotClaimed() throws Exception {
        try (Stage stage = stage()) {
            LockClient client = stage.client();
            Set<Claim> claimed = client.info().claims();
            assertEquals(client, client.require(claimed.toArray(Claim[]::new)));
            Claim missing =
                    EnumSet.complementOf(EnumSet.copyOf(claimed)).iterator().next();
            LockConfigurationException refused =
                    assertThrows(LockConfigurationException.class, () -> client.require(missing));
            assertTrue(String.valueOf(refused.getMessage()).contains(missing.name()), refused.getMessage());
            assertThrows(LockClosedException.class, () -> client.named("x").tryAcquire());
        }
    }
}
