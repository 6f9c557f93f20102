package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Prepares each new connection: namespace, guard, scale. Runs on the connection's own thread, step by step, bounded.
 */
final class ZooKeeperOpening {
    private static final byte[] NOTHING = {};
    private static final int RAISES = 5;

    private final ZooKeeperLayout layout;
    private final List<ACL> acl;
    private final DriverContext context;
    private final ZooKeeperErrors errors;

    ZooKeeperOpening(ZooKeeperLayout layout, List<ACL> acl, DriverContext context, ZooKeeperErrors errors) {
        this.layout = layout;
        this.acl = acl;
        this.context = context;
        this.errors = errors;
    }

    /** A name for a node that nobody else uses. */
    static String unique(int bytes) {
        byte[] bits = new byte[bytes];
        ThreadLocalRandom.current().nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    /**
     * Makes a connection ready for grants.
     *
     * @param former guards of sessions that this client gave up: their late transactions end here
     * @param seen highest token this client has seen
     * @throws StoreException if the namespace must not be used
     */
    ZooKeeperLink prepare(ZooKeeperRequests requests, List<String> former, long seen, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        ZooKeeperLink.Scale scale = namespace(requests, deadline);
        for (String guard : former) {
            ZooKeeperRequests.await(requests.delete(guard), deadline);
        }
        int guard = guard(requests, deadline);
        // Empty on a single server, which restarts the session's timer itself; members of an ensemble report to a
        // leader.
        String members =
                ZooKeeperRequests.await(requests.configuration(), deadline).text();
        requests.session().servedBySingleServer(members.isEmpty());
        return new ZooKeeperLink(requests, layout, guard, raised(requests, scale, seen, deadline));
    }

    /** A version that no transaction of a former connection compares with. */
    private int guard(ZooKeeperRequests requests, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        String path = requests.session().guard();
        try {
            return ZooKeeperRequests.await(requests.setData(path, NOTHING, -1), deadline)
                    .getVersion();
        } catch (KeeperException.NoNodeException e) {
            ZooKeeperRequests.await(requests.create(path, NOTHING, acl, CreateMode.EPHEMERAL), deadline);
            return 0;
        }
    }

    private ZooKeeperLink.Scale namespace(ZooKeeperRequests requests, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        try {
            return read(requests, deadline);
        } catch (KeeperException.NoNodeException e) {
            create(requests, deadline);
            return read(requests, deadline);
        }
    }

    private ZooKeeperLink.Scale read(ZooKeeperRequests requests, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        ZooKeeperRequests.Stored stored = ZooKeeperRequests.await(requests.data(layout.record(), null), deadline);
        NamespaceRecord record;
        try {
            record = NamespaceRecord.parse(stored.text());
        } catch (IllegalArgumentException e) {
            throw errors.refused("opening", layout.record() + " " + e.getMessage() + "; use another namespace", e);
        }
        if (!record.isOurs()) {
            throw StoreException.refused(
                    errors.store() + ": namespace record " + layout.record() + " says protocol " + record.protocol()
                            + ", mode " + record.mode() + "; this client speaks protocol " + NamespaceRecord.PROTOCOL
                            + ", mode " + NamespaceRecord.MODE + ". Use another namespace, or the same version of"
                            + " Holdfast everywhere",
                    null);
        }
        return new ZooKeeperLink.Scale(record, stored.stat().getVersion());
    }

    /** Record and tick come into being together; whoever is second reads what the first has made. */
    private void create(ZooKeeperRequests requests, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        int slash = 0;
        while ((slash = layout.root().indexOf('/', slash + 1)) > 0) {
            createUnlessThere(requests, layout.root().substring(0, slash), shared(), deadline);
        }
        createUnlessThere(requests, layout.root(), shared(), deadline);
        for (String path : List.of(layout.namespace(), layout.sessions(), layout.locks())) {
            createUnlessThere(requests, path, acl, deadline);
        }
        long start = Math.max(context.clock().micros(), context.options().tokenFloor());
        String tick = unique(8);
        NamespaceRecord record = new NamespaceRecord(NamespaceRecord.PROTOCOL, NamespaceRecord.MODE, start, tick);
        ZooKeeperRequests.Transaction made = ZooKeeperRequests.await(
                requests.multi(List.of(
                        Op.create(layout.record(), record.bytes(), acl, CreateMode.PERSISTENT),
                        Op.create(layout.tick(tick), NOTHING, acl, CreateMode.PERSISTENT))),
                deadline);
        if (made.code() != Code.OK && made.code() != Code.NODEEXISTS) {
            throw KeeperException.create(made.code(), layout.record());
        }
    }

    private static void createUnlessThere(ZooKeeperRequests requests, String path, List<ACL> owners, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        try {
            ZooKeeperRequests.await(requests.create(path, NOTHING, owners, CreateMode.PERSISTENT), deadline);
        } catch (KeeperException.NodeExistsException e) {
            return; // what it holds is checked by the record alone
        } catch (KeeperException.NoAuthException e) {
            throwUnlessThere(requests, path, deadline, e);
        }
    }

    /** An administrator may have made the node below one that this client must not write. */
    private static void throwUnlessThere(
            ZooKeeperRequests requests, String path, Deadline deadline, KeeperException reason)
            throws KeeperException, TimeoutException, InterruptedException {
        try {
            ZooKeeperRequests.await(requests.exists(path), deadline);
        } catch (KeeperException.NoNodeException e) {
            throw reason;
        }
    }

    /** Nodes above the namespaces belong to nobody in particular: others may add their own namespace beside ours. */
    private List<ACL> shared() {
        List<ACL> shared = new ArrayList<>(acl);
        if (!acl.equals(ZooDefs.Ids.OPEN_ACL_UNSAFE)) {
            shared.add(new ACL(Perms.READ | Perms.CREATE, ZooDefs.Ids.ANYONE_ID_UNSAFE));
        }
        return shared;
    }

    private ZooKeeperLink.Scale raised(
            ZooKeeperRequests requests, ZooKeeperLink.Scale first, long seen, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        ZooKeeperLink.Scale scale = first;
        long clock = context.clock().micros(); // read once: a raise by another client since then will do
        for (int i = 0; i < RAISES; i++) {
            try {
                String tick = layout.tick(scale.record().tick());
                int order =
                        ZooKeeperRequests.await(requests.exists(tick), deadline).getVersion();
                long floor = Math.max(seen, context.options().tokenFloor());
                NamespaceRecord raised = scale.record().raised(order, clock, floor);
                if (raised.equals(scale.record())) {
                    return scale;
                }
                Stat written = ZooKeeperRequests.await(
                        requests.setData(layout.record(), raised.bytes(), scale.version()), deadline);
                return new ZooKeeperLink.Scale(raised, written.getVersion());
            } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
                scale = read(requests, deadline); // another client was faster
            }
        }
        throw errors.notSent(
                "opening", "other clients keep changing " + layout.record() + ", or its tick was deleted by hand");
    }

    /** Runs every kind of request that a grant needs, so that a missing privilege shows now. */
    void rehearse(ZooKeeperLink link, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        String probe = layout.probe(unique(4));
        ZooKeeperRequests requests = link.requests();
        ZooKeeperRequests.Transaction done = ZooKeeperRequests.await(
                requests.multi(List.of(
                        Op.create(probe, NOTHING, acl, CreateMode.CONTAINER),
                        Op.create(probe + "/x-", NOTHING, acl, CreateMode.EPHEMERAL),
                        Op.setData(layout.tick(link.scale().record().tick()), NOTHING, -1),
                        Op.delete(probe + "/x-", -1),
                        Op.delete(probe, -1))),
                deadline);
        if (done.code() != Code.OK) {
            throw KeeperException.create(done.code(), layout.namespace());
        }
        ZooKeeperRequests.await(requests.ephemerals(layout.locks()), deadline);
    }
}
