package dev.holdfast.lock.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The transactions on the queue of a lock: entries in the order of create_revision, the first one holds. */
final class EtcdQueue {
    /** What an enter or a look found. */
    sealed interface Place {
        /**
         * The own entry is in the queue.
         *
         * @param fresh whether this request made the entry
         * @param ahead the entry to wait for; null if the own entry is the first
         * @param revision etcd's revision at that moment
         */
        record Queued(boolean fresh, long created, long token, @Nullable ByteSequence ahead, long revision)
                implements Place {}

        /** Guard or record have moved; both are known anew, and the request was not executed. */
        record Stale() implements Place {}

        /** The guard is gone, and the session with it; the request was not executed. */
        record SessionGone() implements Place {}

        /** The entry under the own key hangs on another, earlier session, or is not of this acquire. */
        record Foreign(long created) implements Place {}

        /** There is no own entry. */
        record Absent() implements Place {}
    }

    private final EtcdTxns txns;
    private final EtcdLayout layout;

    EtcdQueue(EtcdTxns txns, EtcdLayout layout) {
        this.txns = txns;
        this.layout = layout;
    }

    /**
     * Enters the queue, or finds the place of an earlier enter of the same acquire.
     *
     * @param guard the guard's revision that the request compares
     * @param base the namespace record that it compares
     * @param scale scale of the entry; written to the record in the same transaction if it is higher than the record's
     */
    Place enter(
            EtcdAttempt attempt, EtcdSession session, long guard, EtcdRecord base, long scale, RequestDeadline deadline)
            throws InterruptedException {
        ByteSequence queue = layout.queue(attempt.name());
        List<Op> then = new ArrayList<>();
        if (scale > base.scale()) {
            then.add(Op.put(layout.record(), EtcdRecord.value(scale), PutOption.DEFAULT));
        }
        PutOption onLease = PutOption.builder().withLeaseId(session.lease()).build();
        then.add(Op.put(attempt.entry(), EtcdRecord.entry(scale, attempt.id()), onLease));
        then.add(Op.get(queue, ends(GetOption.SortOrder.DESCEND, 2).build()));
        TxnResponse reply = txns.commit("entering the queue of '" + attempt.name() + "'", deadline, txn -> txn.If(
                        equal(session.guardKey(), CmpTarget.modRevision(guard)),
                        equal(layout.record(), CmpTarget.modRevision(base.revision())),
                        equal(attempt.entry(), CmpTarget.createRevision(0)))
                .Then(then.toArray(Op[]::new))
                .Else(
                        get(session.guardKey()),
                        get(layout.record()),
                        get(attempt.entry()),
                        Op.get(queue, ends(GetOption.SortOrder.ASCEND, 1).build())));
        return reply.isSucceeded() ? created(reply, scale) : found(reply, attempt, session);
    }

    private static Place created(TxnResponse reply, long scale) {
        long revision = reply.getHeader().getRevision();
        List<KeyValue> youngest = reply.getGetResponses().get(0).getKvs();
        ByteSequence ahead = youngest.size() < 2 ? null : youngest.get(1).getKey();
        return new Place.Queued(true, revision, scale + revision, ahead, revision);
    }

    private Place found(TxnResponse reply, EtcdAttempt attempt, EtcdSession session) {
        List<GetResponse> read = reply.getGetResponses();
        List<KeyValue> guard = read.get(0).getKvs();
        txns.scale().learn(read.get(1).getKvs());
        List<KeyValue> own = read.get(2).getKvs();
        if (guard.isEmpty()) {
            return new Place.SessionGone();
        }
        session.guardMoved(guard.get(0).getModRevision());
        if (own.isEmpty()) {
            return new Place.Stale();
        }
        return place(attempt, own.get(0), read.get(3).getKvs(), session, reply);
    }

    /** Looks for the own entry and the one before it. */
    Place look(EtcdAttempt attempt, EtcdSession session, RequestDeadline deadline) throws InterruptedException {
        ByteSequence queue = layout.queue(attempt.name());
        long created = attempt.created();
        GetOption before = created == 0
                ? ends(GetOption.SortOrder.ASCEND, 1).build()
                : ends(GetOption.SortOrder.DESCEND, 1)
                        .withMaxCreateRevision(created - 1)
                        .build();
        TxnResponse reply = txns.commit(
                "looking for '" + attempt.name() + "'",
                deadline,
                txn -> txn.Then(get(attempt.entry()), Op.get(queue, before)));
        List<KeyValue> own = reply.getGetResponses().get(0).getKvs();
        if (own.isEmpty() || (created != 0 && own.get(0).getCreateRevision() != created)) {
            return new Place.Absent();
        }
        return place(attempt, own.get(0), reply.getGetResponses().get(1).getKvs(), session, reply);
    }

    private static Place place(
            EtcdAttempt attempt, KeyValue own, List<KeyValue> neighbour, EtcdSession session, TxnResponse reply) {
        long token = EtcdRecord.token(own, attempt.id());
        if (own.getLease() != session.lease() || token == 0) {
            return new Place.Foreign(own.getCreateRevision());
        }
        boolean alone = neighbour.isEmpty() || neighbour.get(0).getKey().equals(own.getKey());
        ByteSequence ahead = alone ? null : neighbour.get(0).getKey();
        return new Place.Queued(
                false, own.getCreateRevision(), token, ahead, reply.getHeader().getRevision());
    }

    /** Deletes what is under the own key, whichever enter made it: no other acquire uses the key before the answer. */
    void leave(EtcdAttempt attempt, RequestDeadline deadline) throws InterruptedException {
        Op delete = delete(attempt.entry());
        txns.commit("leaving the queue of '" + attempt.name() + "'", deadline, txn -> txn.Then(delete));
    }

    /**
     * Deletes these entries, each only if it still is the one that was granted.
     *
     * @return for each attempt, in order, whether the entry was there
     */
    List<Boolean> release(List<EtcdAttempt> attempts, RequestDeadline deadline) throws InterruptedException {
        Op[] each = attempts.stream().map(a -> deleteIf(a.entry(), a.created())).toArray(Op[]::new);
        String what = attempts.size() == 1
                ? "releasing '" + attempts.get(0).name() + "'"
                : "releasing " + attempts.size() + " locks";
        TxnResponse reply = txns.commit(what, deadline, txn -> txn.Then(each));
        return reply.getTxnResponses().stream().map(TxnResponse::isSucceeded).toList();
    }

    /** Which of these entries are not, or no longer, in the store. */
    static boolean isMissing(EtcdAttempt attempt, GetResponse read) {
        return read.getKvs().isEmpty() || read.getKvs().get(0).getCreateRevision() != attempt.created();
    }

    static Op deleteIf(ByteSequence entry, long created) {
        Cmp same = equal(entry, CmpTarget.createRevision(created));
        return Op.txn(new Cmp[] {same}, new Op[] {delete(entry)}, new Op[0]);
    }

    static Op get(ByteSequence key) {
        return Op.get(key, GetOption.DEFAULT);
    }

    static Op delete(ByteSequence key) {
        return Op.delete(key, DeleteOption.DEFAULT);
    }

    static Cmp equal(ByteSequence key, CmpTarget<?> target) {
        return new Cmp(key, Cmp.Op.EQUAL, target);
    }

    private static GetOption.Builder ends(GetOption.SortOrder order, long limit) {
        return GetOption.builder()
                .isPrefix(true)
                .withKeysOnly(true)
                .withSortField(GetOption.SortTarget.CREATE)
                .withSortOrder(order)
                .withLimit(limit);
    }
}
