package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.OptionalLong;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.HostProvider;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;

/** One client handle, that is one session, which knows when its connects began and can be given up at once. */
final class ZooKeeperHandle extends ZooKeeper {
    private final TimedHosts hosts;

    private ZooKeeperHandle(
            String servers, int sessionTimeout, Watcher watcher, TimedHosts hosts, ZKClientConfig settings)
            throws IOException {
        super(servers, sessionTimeout, watcher, false, hosts, settings);
        this.hosts = hosts;
    }

    /** When the last successful connect began: the leader has restarted the session's timer since. */
    OptionalLong connectedFrom() {
        return hosts.connected ? OptionalLong.of(hosts.connectedFrom) : OptionalLong.empty();
    }

    /** Ends the handle's threads without waiting for a server; a session that exists runs into its timeout. */
    void abandon() {
        cnxn.disconnect();
    }

    /** Makes handles for Curator, a new one for each session. */
    static final class Factory implements ZookeeperFactory {
        private final Ticker ticker;
        private final ZKClientConfig settings;
        private volatile @Nullable ZooKeeperHandle latest;

        Factory(Ticker ticker, ZKClientConfig settings) {
            this.ticker = ticker;
            this.settings = settings;
        }

        @Override
        public ZooKeeper newZooKeeper(String servers, int sessionTimeout, Watcher watcher, boolean canBeReadOnly)
                throws Exception {
            TimedHosts hosts = new TimedHosts(new ConnectStringParser(servers).getServerAddresses(), ticker);
            ZooKeeperHandle handle = new ZooKeeperHandle(servers, sessionTimeout, watcher, hosts, settings);
            latest = handle;
            return handle;
        }

        @Override
        public ZooKeeper newZooKeeper(
                String servers, int sessionTimeout, Watcher watcher, boolean canBeReadOnly, ZKClientConfig unused)
                throws Exception {
            return newZooKeeper(servers, sessionTimeout, watcher, canBeReadOnly);
        }

        @Nullable
        ZooKeeperHandle latest() {
            return latest;
        }
    }

    /** Notes the time before each connect. Called by the handle's sending thread only; read by others. */
    private static final class TimedHosts implements HostProvider {
        /** Pause after all servers have been tried: at most four attempts a second, and a prompt end of the thread. */
        private static final long LONGEST_PAUSE_MILLIS = 250;

        private final StaticHostProvider hosts;
        private final Ticker ticker;
        private long connecting;
        private volatile long connectedFrom;
        private volatile boolean connected;

        TimedHosts(Collection<InetSocketAddress> servers, Ticker ticker) {
            this.hosts = new StaticHostProvider(servers);
            this.ticker = ticker;
        }

        @Override
        public int size() {
            return hosts.size();
        }

        @Override
        public InetSocketAddress next(long pauseMillis) {
            InetSocketAddress next = hosts.next(Math.min(pauseMillis, LONGEST_PAUSE_MILLIS));
            connecting = ticker.nanos();
            return next;
        }

        @Override
        public void onConnected() {
            hosts.onConnected();
            connectedFrom = connecting;
            connected = true;
        }

        @Override
        public boolean updateServerList(Collection<InetSocketAddress> servers, InetSocketAddress current) {
            return hosts.updateServerList(servers, current);
        }
    }
}
