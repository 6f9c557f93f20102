package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/**
 * A connection that is prepared for grants: the guard has a version of its own and the scale is up to date.
 * Transactions of former connections compare the guard's former version, so none of them can take effect any more.
 */
final class ZooKeeperLink {
    private static final byte[] NOTHING = {};

    /**
     * The namespace record.
     *
     * @param version of its node
     */
    record Scale(NamespaceRecord record, int version) {}

    /** What became of an attempt to queue. */
    sealed interface Queued {
        /**
         * The node stands.
         *
         * @param name last element of its path
         * @param order version of the tick
         */
        record Placed(String name, long token, int order) implements Queued {}

        /** The lock has no parent node yet, or has one by now: try the other way. */
        record OtherWay() implements Queued {}

        /** The record has changed: read it again. */
        record OtherScale() implements Queued {}

        /** The guard, the tick or the whole namespace is gone: prepare anew. */
        record Unprepared() implements Queued {}

        /** The server refuses. */
        record Refused(KeeperException reason) implements Queued {}
    }

    private final ZooKeeperRequests requests;
    private final ZooKeeperLayout layout;
    private final int guard;
    private volatile Scale scale;

    ZooKeeperLink(ZooKeeperRequests requests, ZooKeeperLayout layout, int guard, Scale scale) {
        this.requests = requests;
        this.layout = layout;
        this.guard = guard;
        this.scale = scale;
    }

    ZooKeeperRequests requests() {
        return requests;
    }

    ZooKeeperSession session() {
        return requests.session();
    }

    Scale scale() {
        return scale;
    }

    /** Whether it is known from when the session's timer runs. */
    boolean timed() {
        return session().validity().validFrom().isPresent();
    }

    /**
     * Queues in one transaction.
     *
     * @param withParent whether the lock's container is created too
     */
    CompletableFuture<Queued> queue(LockName name, AcquisitionId id, boolean withParent) {
        Scale now = scale;
        List<Op> operations = new ArrayList<>();
        operations.add(Op.check(layout.record(), now.version));
        operations.add(Op.check(session().guard(), guard));
        if (withParent) {
            byte[] full = name.value().getBytes(StandardCharsets.UTF_8);
            operations.add(Op.create(layout.lock(name), full, requests.acl(), CreateMode.CONTAINER));
        }
        operations.add(Op.create(layout.queueNode(name, id), NOTHING, requests.acl(), CreateMode.EPHEMERAL_SEQUENTIAL));
        operations.add(Op.setData(layout.tick(now.record.tick()), NOTHING, -1));
        return requests.multi(operations).thenApply(done -> queued(done, now, operations.size()));
    }

    private static Queued queued(ZooKeeperRequests.Transaction done, Scale scale, int size) {
        if (done.code() == Code.OK) {
            String path = ((OpResult.CreateResult) done.results().get(size - 2)).getPath();
            int order = ((OpResult.SetDataResult) done.results().get(size - 1))
                    .getStat()
                    .getVersion();
            String name = path.substring(path.lastIndexOf('/') + 1);
            return new Queued.Placed(name, scale.record.scale() + order, order);
        }
        boolean missing = done.code() == Code.NONODE;
        if (!missing && done.code() != Code.BADVERSION && done.code() != Code.NODEEXISTS) {
            return new Queued.Refused(KeeperException.create(done.code()));
        }
        if (done.failed() == 0 && !missing) {
            return new Queued.OtherScale();
        }
        boolean unprepared = done.failed() <= 1 || done.failed() == size - 1;
        return unprepared ? new Queued.Unprepared() : new Queued.OtherWay();
    }

    /**
     * Reads the record again.
     *
     * @return whether it may still be used
     */
    CompletableFuture<Boolean> readScale() {
        return requests.data(layout.record(), null).thenApply(stored -> {
            try {
                NamespaceRecord read = NamespaceRecord.parse(stored.text());
                scale = new Scale(read, stored.stat().getVersion());
                return read.isOurs();
            } catch (IllegalArgumentException e) {
                return false; // the preparation says what is wrong with it
            }
        });
    }

    /** Starts the order again at zero, far above: needed once in 2^30 grants. Whoever is first does it for all. */
    CompletableFuture<Boolean> restartOrder(String newTick) {
        Scale old = scale;
        NamespaceRecord next = old.record.restarted(newTick);
        return requests.multi(List.of(
                        Op.setData(layout.record(), next.bytes(), old.version),
                        Op.create(layout.tick(newTick), NOTHING, requests.acl(), CreateMode.PERSISTENT),
                        Op.delete(layout.tick(old.record.tick()), -1)))
                .thenApply(done -> done.code() == Code.OK);
    }

    /**
     * Lets the session's timer be known to run on an ensemble, by two writes, the second when the first is answered
     * ({@link Validity}). They compare the guard and change nothing.
     *
     * @return whether the guard still stands
     */
    CompletableFuture<Boolean> prove() {
        return compareGuard().thenCompose(stands -> stands ? compareGuard() : CompletableFuture.completedFuture(false));
    }

    private CompletableFuture<Boolean> compareGuard() {
        return requests.multi(List.of(Op.check(session().guard(), guard))).thenApply(done -> done.code() == Code.OK);
    }

    /**
     * Keeps the session alive and observed while nothing needs it.
     *
     * @return whether the guard is still there
     */
    CompletableFuture<Boolean> beat() {
        return requests.exists(session().guard()).handle((stat, failure) -> {
            if (failure instanceof KeeperException.NoNodeException) {
                return false;
            }
            if (failure != null) {
                throw new CompletionException(failure);
            }
            return true;
        });
    }
}
