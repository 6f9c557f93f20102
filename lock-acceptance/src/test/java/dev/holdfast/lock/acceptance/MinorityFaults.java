package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.harness.RedlockServers;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Chapter;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.Stage;
import dev.holdfast.lock.tck.Timing;
import dev.holdfast.lock.tck.Verifies;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What befalls some of the servers of a Redlock, which the kit itself cannot do. Five servers. */
interface MinorityFaults extends Chapter {
    Duration OUTLASTS_RESTARTS = Duration.ofSeconds(12);

    /** The servers behind {@link #harness()}. */
    RedlockServers servers();

    /** Two holders in a row that share but one server. If this fails: how many servers keep the token? */
    @Test
    @Verifies(Rule.S2)
    default void s2_tokensRiseAlthoughOneServerIsShared() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            long ahead = 4_000_000_000_000_000L;
            call(0, "HSET", key(name), "token", Long.toString(ahead));
            LockClient first = stage.steadyClient();
            LockClient second = stage.steadyClient();
            long token = tokenWithout(first, name, 3, 4);
            long next = tokenWithout(second, name, 0, 1);
            assertTrue(token > ahead, token + " after " + ahead + " at one of the servers");
            assertTrue(next > token, "token " + next + " came after token " + token);
        }
    }

    private long tokenWithout(LockClient client, String name, int one, int other) throws Exception {
        server(one).pause();
        server(other).pause();
        try (Lease lease = client.named(name).acquire(Timing.patience())) {
            return lease.fencingToken();
        } finally {
            server(one).resume();
            server(other).resume();
        }
    }

    /** Held by three of five. If this fails: of how many servers does a grant need the consent? */
    @Test
    @Verifies(Rule.S1)
    default void s1_aMinorityGrantsNothing() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            try (Lease lease = heldByThree(stage.steadyClient(), name)) {
                assertTrue(rival.named(name).tryAcquire().isEmpty(), "two servers have granted a lock held by three");
                assertTrue(lease.isHeld());
            }
        }
    }

    /** Two of the three that hold lose it. If this fails: what do they grant, and when? */
    @Test
    @Verifies(Rule.S1)
    default void s1_serversThatForgotGrantNothing() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            // Long enough to outlast two starts of a server on a busy machine.
            LockClient holding =
                    stage.client(stage.options().leaseTime(OUTLASTS_RESTARTS).build());
            Lease lease = heldByThree(holding, name);
            server(0).restartEmpty();
            server(1).restartEmpty();
            boolean before = lease.isHeld();
            boolean early = rival.named(name).tryAcquire(Timing.briefWait()).isPresent();
            assertFalse(
                    before && early && lease.isHeld(), "two hold, for servers that forgot one have granted another");
            servers().declareNew(namespace());
        }
    }

    /** The last two have nothing of it, as when they answered too late and were told to forget it. */
    private Lease heldByThree(LockClient client, String name) throws Exception {
        Lease lease = client.named(name, LockOptions.defaults().renewal(false)).acquire(Timing.patience());
        for (int i = 0; i < 5; i++) {
            int each = i;
            Await.until("granted by all", Timing.patience(), () -> call(each, "HGET", key(name), "o") != null);
        }
        call(3, "DEL", key(name));
        call(4, "DEL", key(name));
        return lease;
    }

    /** Two of five stand still. If this fails: of how many servers does a grant need the consent? */
    @Test
    @Verifies(Rule.L4)
    default void l4_aMinorityThatStandsStillIsDoneWithout() throws Exception {
        try (Stage stage = stage()) {
            DistributedLock lock = stage.steadyClient().named(stage.name());
            server(3).pause();
            server(4).pause();
            try {
                boolean granted = Await.holdsWithin(Timing.patience(), () -> {
                    Optional<Lease> lease = lock.tryAcquire(Timing.briefWait());
                    lease.ifPresent(Lease::close);
                    return lease.isPresent();
                });
                assertTrue(granted, "nobody was granted a free lock within " + Timing.patience());
            } finally {
                server(3).resume();
                server(4).resume();
            }
        }
    }

    /** Three of five say no. If this fails: who takes back what the other two have granted? */
    @Test
    @Verifies(Rule.L3)
    default void l3_aRefusedTryIsTakenBack() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient client = stage.steadyClient();
            for (int i = 0; i < 3; i++) {
                String entry = "1 9000000000000000 30000 x";
                call(i, "HSET", key(name), "token", "1", "o", "another", "o:another", entry);
            }
            assertTrue(client.named(name).tryAcquire().isEmpty());
            Await.until(
                    "nothing of the loser in the other two",
                    Duration.ofSeconds(1),
                    () -> call(3, "HGET", key(name), "o") == null && call(4, "HGET", key(name), "o") == null);
        }
    }

    private RunningStore server(int index) {
        return servers().all().get(index);
    }

    private String namespace() {
        return String.valueOf(LockUrl.parse(harness().url()).parameters().get("namespace"));
    }

    private String key(String name) {
        return "hf:1:{" + namespace() + "/" + name + "}";
    }

    private @Nullable Object call(int server, String... command) throws IOException {
        RunningStore at = server(server);
        try (RespProbe probe = new RespProbe(at.host(), at.port(), Duration.ofSeconds(5))) {
            return probe.call(command);
        }
    }
}
