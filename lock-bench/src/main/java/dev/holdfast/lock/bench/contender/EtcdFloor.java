package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import java.util.UUID;

/** etcd by its bare commands: one kept-alive lease for each client, no queue. */
final class EtcdFloor {
    private static final ByteSequence NOTHING = EtcdClients.bytes("floor");

    private EtcdFloor() {}

    static List<Contender> at(String host, int port) {
        return List.of(
                new Contender("linearizable get", Role.ROUND_TRIP, Kinds.TRIES, leaseTime -> {
                    Client client = EtcdClients.open(host, port);
                    return SharedClient.of(() -> new Get(client), client);
                }),
                new Contender("Txn put-if-absent + Txn delete", Role.FLOOR, Kinds.TRIES, leaseTime -> {
                    Client client = EtcdClients.open(host, port);
                    EtcdClients.KeptLease lease = EtcdClients.KeptLease.of(client, leaseTime);
                    return SharedClient.of(() -> new PutAndDelete(client, lease.id()), () -> {
                        lease.close();
                        client.close();
                    });
                }));
    }

    private static final class Get implements Contender.Hand {
        private final Client client;

        Get(Client client) {
            this.client = client;
        }

        @Override
        public void acquire(String name) throws Exception {
            EtcdClients.await(client.getKVClient().get(NOTHING));
        }

        @Override
        public void release() {}
    }

    private static final class PutAndDelete implements Contender.Hand {
        private final Client client;
        private final PutOption lease;
        private final ByteSequence id = EtcdClients.bytes(UUID.randomUUID().toString());
        private ByteSequence held = NOTHING;

        PutAndDelete(Client client, long lease) {
            this.client = client;
            this.lease = PutOption.builder().withLeaseId(lease).build();
        }

        @Override
        public void acquire(String name) throws Exception {
            held = EtcdClients.bytes("floor/" + name);
            Cmp absent = new Cmp(held, Cmp.Op.EQUAL, CmpTarget.createRevision(0));
            boolean put = EtcdClients.await(client.getKVClient()
                            .txn()
                            .If(absent)
                            .Then(Op.put(held, id, lease))
                            .commit())
                    .isSucceeded();
            LimitedWait.unless(put, name);
        }

        @Override
        public void release() throws Exception {
            Cmp mine = new Cmp(held, Cmp.Op.EQUAL, CmpTarget.value(id));
            boolean deleted = EtcdClients.await(client.getKVClient()
                            .txn()
                            .If(mine)
                            .Then(Op.delete(held, DeleteOption.DEFAULT))
                            .commit())
                    .isSucceeded();
            if (!deleted) {
                throw new IllegalStateException("a release found another owner");
            }
        }
    }
}
