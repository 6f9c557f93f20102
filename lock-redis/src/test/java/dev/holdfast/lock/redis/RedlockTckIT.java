package dev.holdfast.lock.redis;

import dev.holdfast.lock.stores.harness.RedlockHarness;
import dev.holdfast.lock.stores.harness.RedlockServers;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The whole compatibility kit on five real servers. */
class RedlockTckIT implements LockTck {
    private static RedlockServers servers;
    private static RedlockHarness harness;

    @BeforeAll
    static void start() {
        servers = RedlockServers.start(5, RedlockHarness.MAX_LEASE);
        harness = new RedlockHarness(servers);
    }

    @AfterAll
    static void stop() {
        harness.close();
        servers.close();
    }

    @Override
    public LockHarness harness() {
        return harness;
    }
}
