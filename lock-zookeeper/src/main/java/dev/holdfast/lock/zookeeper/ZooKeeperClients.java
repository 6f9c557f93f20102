package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.data.ACL;

/** Builds drivers: on a connection of their own, or on a CuratorFramework of the user's. */
final class ZooKeeperClients {
    private static final Set<Claim> CLAIMS = Set.of(
            Claim.FIFO,
            Claim.DIRECT_WAKEUP,
            Claim.SURVIVES_RESTART,
            Claim.TOKENS_SURVIVE_DATA_LOSS,
            Claim.FENCED_REGISTER);

    private ZooKeeperClients() {}

    static LockDriver open(ZooKeeperSettings settings, DriverContext context) {
        Deadline deadline = Deadline.after(context.ticker(), context.options().connectTimeout());
        Optional<String> version = settings.secure()
                ? Optional.empty() // the four-letter words would need the same TLS set-up; not worth it
                : new ServerProbe(settings.store()).version(settings.servers(), deadline);
        ZooKeeperHandle.Factory handles = new ZooKeeperHandle.Factory(context.ticker(), settings.client());
        CuratorFramework curator = curator(settings, context, handles);
        ZooKeeperErrors errors = new ZooKeeperErrors(settings.store());
        ZooKeeperConnection.ClientConnection client =
                new ZooKeeperConnection.ClientConnection(curator, () -> end(curator, handles, context), errors);
        curator.start();
        ZooKeeperLayout layout =
                new ZooKeeperLayout(settings.root(), context.options().namespace());
        Deadline soon =
                new Deadline(context.ticker(), deadline.at() - deadline.remainingNanos() / 5); // the rest: closing
        return open(client, layout, settings.acl(), version, soon, context);
    }

    /** A framework that is started already; it stays open. */
    static LockDriver over(CuratorFramework curator, List<ACL> acl, DriverContext context) {
        ZooKeeperSettings.checkLease(context.options().leaseTime());
        Deadline deadline = Deadline.after(context.ticker(), context.options().connectTimeout());
        ConnectStringParser target =
                new ConnectStringParser(curator.getZookeeperClient().getCurrentConnectionString());
        List<LockUrl.Host> servers = target.getServerAddresses().stream()
                .map(address -> new LockUrl.Host(address.getHostString(), address.getPort()))
                .toList();
        String store = "zookeeper://"
                + String.join(",", servers.stream().map(LockUrl.Host::toString).toList());
        Optional<String> version = new ServerProbe(store).version(servers, deadline);
        ZooKeeperConnection.ClientConnection client =
                new ZooKeeperConnection.ClientConnection(curator, null, new ZooKeeperErrors(store));
        ZooKeeperLayout layout = new ZooKeeperLayout(
                ZooKeeperLayout.DEFAULT_ROOT, context.options().namespace());
        return open(client, layout, acl, version, deadline, context);
    }

    private static LockDriver open(
            ZooKeeperConnection.ClientConnection client,
            ZooKeeperLayout layout,
            List<ACL> acl,
            Optional<String> version,
            Deadline deadline,
            DriverContext context) {
        Map<AcquisitionId, Place> places = ZooKeeperDriver.noPlaces();
        ZooKeeperConnection connection = new ZooKeeperConnection(
                client, layout, acl, context, ended -> ZooKeeperDriver.sessionEnded(ended, places, context));
        boolean opened = false;
        try {
            ZooKeeperLink link = connection.open(deadline);
            Duration lease = link.session().leaseTime();
            checkNegotiated(context.options().leaseTime(), lease, client.end() != null);
            DriverInfo info = new DriverInfo(
                    "ZooKeeper", version.orElse(ServerProbe.UNKNOWN), CLAIMS, lease, remarks(version, link));
            LockDriver driver = new ZooKeeperDriver(context, info, connection, layout, places);
            opened = true;
            return driver;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.notExecuted(client.errors().store() + ": opening was interrupted", e);
        } finally {
            if (!opened) {
                connection.close(List.of());
            }
        }
    }

    /**
     * A session timeout of one's own is granted as asked or it is outside of the limits; a shared one may be longer.
     */
    private static void checkNegotiated(Duration asked, Duration granted, boolean own) {
        if (granted.toMillis() == millis(asked) || (!own && granted.compareTo(asked) >= 0)) {
            return;
        }
        boolean below = granted.compareTo(asked) > 0;
        String fix = own
                ? "choose leaseTime=" + granted.toMillis() + "ms, or change "
                        + (below ? "minSessionTimeout" : "maxSessionTimeout")
                        + " of the server (2 to 20 ticks by default)"
                : "build the CuratorFramework with sessionTimeoutMs(" + millis(asked) + ") or lower leaseTime";
        throw new IllegalArgumentException(
                "leaseTime " + asked.toMillis() + "ms is " + (below ? "below the minimum" : "above the maximum")
                        + " of " + granted.toMillis() + "ms that the server grants for a session; " + fix);
    }

    private static List<String> remarks(Optional<String> version, ZooKeeperLink link) {
        List<String> remarks = new ArrayList<>();
        if (version.isEmpty()) {
            remarks.add(
                    "The server's version could not be asked (srvr is not in 4lw.commands.whitelist, or TLS is in use);"
                            + " 3.6.0 or newer is needed.");
        }
        if (!link.session().singleServer()
                && link.session().validity().validFrom().isEmpty()) {
            remarks.add(
                    "Over a CuratorFramework on an ensemble the first grant of a session waits for 0.3 lease times.");
        }
        return remarks;
    }

    private static long millis(Duration time) {
        return time.plusNanos(999_999).toMillis();
    }

    private static CuratorFramework curator(
            ZooKeeperSettings settings, DriverContext context, ZooKeeperHandle.Factory handles) {
        int session = (int) millis(context.options().leaseTime());
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
                .connectString(settings.connectString())
                .ensembleTracker(false) // the URL's addresses count, not what the ensemble thinks of itself
                .sessionTimeoutMs(session)
                .connectionTimeoutMs((int)
                        Math.min(session, context.options().connectTimeout().toMillis()))
                .retryPolicy((count, elapsed, sleeper) -> false) // the engine retries
                .zookeeperFactory(handles)
                .zkClientConfig(settings.client())
                .threadFactory(context.threads())
                .maxCloseWaitMs(500)
                .waitForShutdownTimeoutMs(500);
        settings.credentials().ifPresent(secret -> builder.authorization("digest", secret));
        return builder.build();
    }

    /** Ends session and threads. Where no server answers, the session is left to its timeout. */
    private static void end(CuratorFramework curator, ZooKeeperHandle.Factory handles, DriverContext context) {
        ZooKeeperHandle handle = handles.latest();
        Thread closing = context.threads().newThread(() -> {
            if (handle != null && !handle.getState().isConnected()) {
                handle.abandon();
            }
            curator.close();
        });
        closing.start();
        if (!ended(closing, context.options().storeTimeout().toMillis() / 2) && handle != null) {
            context.threads().newThread(handle::abandon).start(); // the server has not answered the end of the session
            ended(closing, 1_000);
        }
    }

    private static boolean ended(Thread thread, long millis) {
        Deadline deadline = new Deadline(System::nanoTime, System.nanoTime() + millis * 1_000_000);
        return Uninterrupted.run(() -> {
            thread.join(deadline.remainingNanos() / 1_000_000 + 1);
            return !thread.isAlive();
        });
    }
}
