package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import java.util.List;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

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

    /**
     * Locks over a framework that the caller has started and keeps: closing the client ends neither it nor its session.
     * Its session timeout is the lease time and must not be below {@link ClientOptions#leaseTime()}; its chroot
     * applies, its namespace does not. No connection beside the framework's own is kept.
     *
     * @throws LockConfigurationException if an option or the store's set-up is at fault
     * @throws StoreUnavailableException if the store does not answer in time
     */
    public static LockClient over(CuratorFramework curator, ClientOptions options) {
        return over(curator, ZooDefs.Ids.OPEN_ACL_UNSAFE, options);
    }

    /**
     * Like {@link #over(CuratorFramework, ClientOptions)}, for a framework with an identity.
     *
     * @param acl of the nodes that the client makes, for example {@link
     *     org.apache.zookeeper.ZooDefs.Ids#CREATOR_ALL_ACL}
     */
    public static LockClient over(CuratorFramework curator, List<ACL> acl, ClientOptions options) {
        return Locks.over(options, context -> ZooKeeperClients.over(curator, acl, context));
    }

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
