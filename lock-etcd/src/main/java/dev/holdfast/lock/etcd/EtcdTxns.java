package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.StoreException;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.kv.TxnResponse;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * Sends transactions, and watches that etcd's revision never falls. A transaction is sent once: jetcd does not retry it
 * by itself except when etcd has refused its authentication token, that is, unexecuted.
 */
final class EtcdTxns {
    private final EtcdConnection connection;
    private final EtcdScale scale;
    private final LongConsumer onReset;

    /**
     * Transactions.
     *
     * @param onReset called with etcd's revision when it has fallen, before the request fails
     */
    EtcdTxns(EtcdConnection connection, EtcdScale scale, LongConsumer onReset) {
        this.connection = connection;
        this.scale = scale;
        this.onReset = onReset;
    }

    EtcdConnection connection() {
        return connection;
    }

    EtcdScale scale() {
        return scale;
    }

    String store() {
        return connection.errors().store();
    }

    /**
     * Commits one transaction.
     *
     * @throws StoreException if it brought no answer, or one with a revision lower than one seen before
     */
    TxnResponse commit(String what, RequestDeadline deadline, UnaryOperator<Txn> request) throws InterruptedException {
        long before = scale.seen();
        TxnResponse reply = connection.call(
                what, deadline, client -> request.apply(client.getKVClient().txn())
                        .commit());
        long revision = reply.getHeader().getRevision();
        if (!scale.observe(before, revision)) {
            onReset.accept(revision);
            throw StoreException.unknown(
                    "etcd at " + store() + " went back from revision " + before + " to " + revision
                            + ": it lost data or was restored from a backup. All leases of this client are lost",
                    null);
        }
        return reply;
    }
}
