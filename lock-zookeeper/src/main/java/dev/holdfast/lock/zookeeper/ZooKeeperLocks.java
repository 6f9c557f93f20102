package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.util.Set;

/**
 * Locks in ZooKeeper: {@code zookeeper://[user:password@]host[:2181][,host...][/root]}. Thread safe.
 *
 * <p>The lease time is the session timeout. Parameter {@code acl} is {@code open} (default without a user) or
 * {@code creator} (default with one). {@code client.NAME} is a property of the ZooKeeper client, for example
 * {@code client.zookeeper.client.secure=true}. Layout, guarantees and limits: {@code docs/zookeeper.md}.
 */
public final class ZooKeeperLocks implements LockProvider {
    /** For {@link java.util.ServiceLoader}. */
    public ZooKeeperLocks() {}

    @Override
    public Set<String> schemes() {
        return Set.of("zookeeper");
    }

    @Override
    public Set<String> parameters() {
        return Set.of(ZooKeeperSettings.ACL);
    }

    @Override
    public LockDriver open(LockUrl url, DriverContext context) {
        return ZooKeeperClients.open(ZooKeeperSettings.of(url, context.options()), context);
    }
}
