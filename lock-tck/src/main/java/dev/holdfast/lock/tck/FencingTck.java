package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.spi.TokenClock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Chapter F: fencing tokens. */
public interface FencingTck extends Chapter {
    /** A token is positive and survives renewals. If this fails, look at what renew answers. */
    @Test
    @Verifies(Rule.F1)
    default void f1_tokenStaysTheSameThroughRenewals() throws Exception {
        try (Stage stage = stage()) {
            try (Lease lease = stage.steadyClient().named(stage.name()).acquire(Timing.patience())) {
                long token = lease.fencingToken();
                assertTrue(token > 0, "token " + token);
                lease.renew();
                lease.renew();
                assertEquals(token, lease.fencingToken());
            }
        }
    }

    /** Tokens rise over a release. If this fails, look at what a release deletes. */
    @Test
    @Verifies(Rule.F2)
    default void f2_tokensRiseOverARelease() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.steadyClient();
            long before = tokenOf(client, name);
            assertTrue(tokenOf(client, name) > before);
        }
    }

    /**
     * Tokens rise when every client was closed and another one is opened. If this fails: is a token kept in a client?
     */
    @Test
    @Verifies(Rule.F2)
    default void f2_tokensRiseOverTheEndOfEveryClient() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            long before;
            try (LockClient client = harness().open(stage.options().build())) {
                before = tokenOf(client, name);
            }
            assertTrue(tokenOf(stage.client(), name) > before);
        }
    }

    /** A floor lifts every token, and tokens rise from there. If this fails, look at where the floor is taken in. */
    @Test
    @Verifies(Rule.F4)
    default void f4_tokenFloorLiftsEveryToken() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            // In a namespace of its own: a store may keep the floor for all names of the namespace.
            String url = Drivers.with(
                    harness().url(), "namespace", Drivers.namespace(harness().url()) + "-f4");
            long floor = tokenOf(stage.client(url, stage.options().build()), name) + TimeUnit.HOURS.toMicros(1);
            LockClient lifted =
                    stage.client(url, stage.options().tokenFloor(floor).build());
            long first = tokenOf(lifted, name);
            assertTrue(first > floor, "token " + first + " is not above the floor " + floor);
            assertTrue(tokenOf(lifted, name) > first);
        }
    }

    /**
     * The first token of a name is the clock in microseconds when its client was opened, or more. If this fails, look
     * at the scale of the namespace.
     */
    @Test
    @Verifies(Rule.F5)
    default void f5_firstTokenLiesOnTheCommonScale() throws Exception {
        try (Stage stage = stage()) {
            long opened = TokenClock.SYSTEM.micros();
            long token = tokenOf(stage.client(), stage.name());
            assertTrue(
                    token >= opened - TimeUnit.SECONDS.toMicros(1),
                    "token " + token + " lies " + (opened - token) + " us before the clock at the opening");
        }
    }

    /** Tokens rise although the store has lost all its data. If this fails, look at what the first token is made of. */
    @Test
    @Injects(Fault.STORE_EMPTIED)
    @Verifies(Rule.F6)
    default void f6_tokensRiseOverALossOfAllData() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            long before = tokenOf(stage.steadyClient(), name);
            harness().control().orElseThrow().wipe();
            long after = tokenOf(stage.steadyClient(), name);
            assertTrue(after > before, "token " + after + " came after token " + before);
        }
    }

    private static long tokenOf(LockClient client, String name) throws InterruptedException {
        try (Lease lease = client.named(name).acquire(Timing.patience())) {
            return lease.fencingToken();
        }
    }
}
