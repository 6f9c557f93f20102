package dev.holdfast.lock.zookeeper;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Requests on <em>one connection</em> of one session, sent in the order of the calls and worked off by the server in
 * that order. An answer that came on a later connection is reported as a lost connection: the client library resends
 * nothing, but queues what is asked while disconnected, and that may pass the writing of the guard.
 */
final class ZooKeeperRequests {
    private final ZooKeeperSession session;
    private final ZooKeeper handle;
    private final int connection;
    private final List<ACL> acl;

    ZooKeeperRequests(ZooKeeperSession session, int connection, List<ACL> acl) {
        this.session = session;
        this.handle = session.handle();
        this.connection = connection;
        this.acl = acl;
    }

    ZooKeeperSession session() {
        return session;
    }

    boolean live() {
        return session.on(connection);
    }

    /**
     * What became of a transaction.
     *
     * @param code OK, or why the operation {@code failed} has undone it all
     */
    record Transaction(Code code, int failed, List<OpResult> results) {}

    /** A node's data as text, and its version. */
    record Stored(String text, Stat stat) {}

    CompletableFuture<Transaction> multi(List<Op> operations) {
        Call<Transaction> call = new Call<>(true);
        handle.multi(
                operations,
                (rc, path, context, results) -> {
                    if (results == null) {
                        call.answer(rc, path, () -> new Transaction(Code.OK, 0, List.of()));
                    } else {
                        call.answer(Code.OK.intValue(), path, () -> transaction(results));
                    }
                },
                null);
        return call;
    }

    private static Transaction transaction(List<OpResult> results) {
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.ErrorResult error && error.getErr() != Code.OK.intValue()) {
                return new Transaction(Code.get(error.getErr()), i, results);
            }
        }
        return new Transaction(Code.OK, -1, results);
    }

    CompletableFuture<List<String>> children(String path) {
        Call<List<String>> call = new Call<>(false);
        handle.getChildren(
                path, false, (rc, asked, context, children, stat) -> call.answer(rc, asked, () -> children), null);
        return call;
    }

    /** A node's data, and its version. */
    record Bytes(ByteBuffer buffer, Stat stat) {
        byte[] data() {
            byte[] data = new byte[buffer.remaining()];
            buffer.duplicate().get(data);
            return data;
        }
    }

    CompletableFuture<Bytes> bytes(String path) {
        Call<Bytes> call = new Call<>(false);
        handle.getData(
                path,
                null,
                (rc, asked, context, data, stat) -> call.answer(
                        rc, asked, () -> new Bytes(ByteBuffer.wrap(data == null ? new byte[0] : data), stat)),
                null);
        return call;
    }

    /** What is read after it on this connection is no older than this moment. */
    CompletableFuture<String> sync(String path) {
        Call<String> call = new Call<>(false);
        handle.sync(path, (rc, asked, context) -> call.answer(rc, asked, () -> asked), null);
        return call;
    }

    CompletableFuture<Stored> data(String path, @Nullable Watcher watcher) {
        Call<Stored> call = new Call<>(false);
        handle.getData(
                path,
                watcher,
                (rc, asked, context, data, stat) -> call.answer(
                        rc,
                        asked,
                        () -> new Stored(data == null ? "" : new String(data, StandardCharsets.UTF_8), stat)),
                null);
        return call;
    }

    /** The members of the ensemble; empty on a single server. */
    CompletableFuture<Stored> configuration() {
        return data(org.apache.zookeeper.ZooDefs.CONFIG_NODE, null);
    }

    CompletableFuture<Stat> exists(String path) {
        Call<Stat> call = new Call<>(false);
        handle.exists(path, false, (rc, asked, context, stat) -> call.answer(rc, asked, () -> stat), null);
        return call;
    }

    /** Paths of the session's own nodes below a prefix. */
    CompletableFuture<List<String>> ephemerals(String prefix) {
        Call<List<String>> call = new Call<>(false);
        handle.getEphemerals(prefix, (rc, context, paths) -> call.answer(rc, prefix, () -> paths), null);
        return call;
    }

    CompletableFuture<Stat> setData(String path, byte[] data, int version) {
        Call<Stat> call = new Call<>(true);
        handle.setData(path, data, version, (rc, asked, context, stat) -> call.answer(rc, asked, () -> stat), null);
        return call;
    }

    CompletableFuture<String> create(String path, byte[] data, List<ACL> owners, CreateMode mode) {
        Call<String> call = new Call<>(true);
        handle.create(path, data, owners, mode, (rc, asked, context, made) -> call.answer(rc, asked, () -> made), null);
        return call;
    }

    /** Succeeds too if there is no such node. */
    CompletableFuture<Boolean> delete(String path) {
        Call<Boolean> call = new Call<>(true);
        handle.delete(
                path,
                -1,
                (rc, asked, context) -> {
                    boolean absent = rc == Code.NONODE.intValue();
                    call.answer(absent ? Code.OK.intValue() : rc, asked, () -> !absent);
                },
                null);
        return call;
    }

    /** Tells the session of its connections and of the end of its guard, which need not exist yet. */
    CompletableFuture<String> watchGuard() {
        Call<String> call = new Call<>(false);
        String guard = session.guard();
        handle.addWatch(
                guard,
                session,
                AddWatchMode.PERSISTENT,
                (rc, asked, context) -> call.answer(rc, asked, () -> guard),
                null);
        return call;
    }

    /** For a session that lives on without this client. */
    CompletableFuture<String> unwatchGuard() {
        Call<String> call = new Call<>(false);
        String guard = session.guard();
        handle.removeWatches(
                guard,
                session,
                Watcher.WatcherType.Any,
                true,
                (rc, asked, context) -> call.answer(rc, asked, () -> guard),
                null);
        return call;
    }

    List<ACL> acl() {
        return acl;
    }

    /** Waits for an answer, and unwraps why there is none. */
    static <T> T await(CompletableFuture<T> call, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        try {
            return call.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KeeperException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private final class Call<T> extends CompletableFuture<T> {
        private final long sent = session.ticker().nanos();
        private final boolean write;

        Call(boolean write) {
            this.write = write;
        }

        void answer(int code, @Nullable String path, Supplier<T> value) {
            if (!live()) {
                completeExceptionally(KeeperException.create(Code.CONNECTIONLOSS, path));
            } else if (code == Code.OK.intValue()) {
                session.answered(sent, write);
                complete(value.get());
            } else {
                completeExceptionally(KeeperException.create(Code.get(code), path));
            }
        }
    }
}
