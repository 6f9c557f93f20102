package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.contender.EtcdClients.KeptLease;
import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.List;

/** jetcd's own lock, which is etcd's Lock service: its key is name and lease, so a lease is one owner. */
final class EtcdPeers {
    private EtcdPeers() {}

    static List<Contender> at(String host, int port) {
        return List.of(
                new Contender("jetcd Lock", Role.PEER, Kinds.WAITS, leaseTime -> {
                    Client client = EtcdClients.open(host, port);
                    return SharedClient.of(() -> new Kept(client, KeptLease.of(client, leaseTime)), client);
                }),
                new Contender("jetcd Lock with a lease each", Role.PEER, Kinds.WAITS, leaseTime -> {
                    Client client = EtcdClients.open(host, port);
                    return SharedClient.of(() -> new LeaseEach(client, leaseTime), client);
                }));
    }

    /** One lease for a worker, for as long as it works. */
    private static final class Kept implements Contender.Hand {
        private final Client client;
        private final KeptLease lease;
        private ByteSequence key = EtcdClients.bytes("-");

        Kept(Client client, KeptLease lease) {
            this.client = client;
            this.lease = lease;
        }

        @Override
        public void acquire(String name) throws Exception {
            key = EtcdClients.await(client.getLockClient().lock(EtcdClients.bytes("jetcd/" + name), lease.id()))
                    .getKey();
        }

        @Override
        public void release() throws Exception {
            EtcdClients.await(client.getLockClient().unlock(key));
        }

        @Override
        public void close() throws Exception {
            lease.close();
        }
    }

    /** As applications do it that want one expiry per lock: a lease of its own for each. */
    private static final class LeaseEach implements Contender.Hand {
        private final Client client;
        private final long seconds;
        private long lease;
        private ByteSequence key = EtcdClients.bytes("-");

        LeaseEach(Client client, Duration leaseTime) {
            this.client = client;
            this.seconds = leaseTime.toSeconds();
        }

        @Override
        public void acquire(String name) throws Exception {
            lease = EtcdClients.await(client.getLeaseClient().grant(seconds)).getID();
            key = EtcdClients.await(client.getLockClient().lock(EtcdClients.bytes("jetcd/" + name), lease))
                    .getKey();
        }

        @Override
        public void release() throws Exception {
            EtcdClients.await(client.getLockClient().unlock(key));
            EtcdClients.await(client.getLeaseClient().revoke(lease));
        }
    }
}
