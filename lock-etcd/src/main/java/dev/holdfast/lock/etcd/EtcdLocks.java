package dev.holdfast.lock.etcd;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockConfigurationException;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Locks in etcd, for the URL schemes {@code etcd:} and {@code etcds:} (TLS), through jetcd. One kept-alive lease of
 * etcd carries all leases of a client; fencing tokens come from etcd's revisions. Safe for use by several threads.
 */
public final class EtcdLocks implements LockProvider {
    /** For {@link java.util.ServiceLoader}; does nothing. */
    public EtcdLocks() {}

    @Override
    public Set<String> schemes() {
        return Set.of("etcd", "etcds");
    }

    @Override
    public Set<String> parameters() {
        return EtcdClients.PARAMETERS;
    }

    @Override
    public LockDriver open(LockUrl url, DriverContext context) {
        EtcdOpening.checkNetty();
        long ttlSeconds = EtcdOpening.ttlSeconds(context.options());
        CallGuard guard = new CallGuard(context.options().connectTimeout(), keepAliveTimeout(context, ttlSeconds));
        EtcdConnection connection = new EtcdConnection(
                EtcdClients.of(url, context.options(), guard),
                true,
                guard::epoch,
                new EtcdErrors(url.toString(), rootOf(context)),
                context.ticker());
        LockDriver driver = EtcdDriver.open(connection, EtcdClients.targets(url), context, ttlSeconds);
        guard.callTimeout(context.options().storeTimeout());
        return driver;
    }

    /**
     * Locks over a jetcd client of the caller's, which stays open when the {@link LockClient} closes. Build it with
     * {@code waitForReady(false)}; what the driver can not do with a foreign client is in {@code docs/etcd.md}.
     *
     * @throws LockConfigurationException if an option or the cluster's set-up is at fault
     * @throws StoreUnavailableException if the cluster does not answer in time
     */
    public static LockClient over(Client client, ClientOptions options) {
        return Locks.over(options, context -> open(client, context));
    }

    static LockDriver open(Client client, DriverContext context) {
        EtcdOpening.checkNetty();
        long ttlSeconds = EtcdOpening.ttlSeconds(context.options());
        EtcdConnection connection = new EtcdConnection(
                () -> client,
                false,
                () -> 0,
                new EtcdErrors("etcd (a client that was handed in)", rootOf(context)),
                context.ticker());
        return EtcdDriver.open(connection, List.of(), context, ttlSeconds);
    }

    private static String rootOf(DriverContext context) {
        return new EtcdLayout(context.options().namespace()).root();
    }

    private static Duration keepAliveTimeout(DriverContext context, long ttlSeconds) {
        Duration sixth = Duration.ofSeconds(ttlSeconds).dividedBy(6);
        Duration storeTimeout = context.options().storeTimeout();
        return sixth.compareTo(storeTimeout) < 0 ? sixth : storeTimeout;
    }
}
