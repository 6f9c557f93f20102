package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.StaleTokenException;
import java.nio.charset.StandardCharsets;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * A guard for data that lie in ZooKeeper themselves: the first operation of your own transaction, which raises the
 * highest fencing token seen, its mark, and fails with the whole transaction if anybody else has raised it meanwhile.
 * Immutable, safe for use by several threads.
 *
 * <pre>{@code
 * ZooKeeperGuard guard = new ZooKeeperGuard("/ledger/guard");
 * curator.transaction().forOperations(
 *         guard.show(curator, token),                                // StaleTokenException: a newer holder was here
 *         curator.transactionOp().setData().forPath("/ledger/balance", balance));
 * }</pre>
 *
 * <p>A transaction that fails with BadVersion or NodeExists at its first operation has changed nothing: another one of
 * this guard came first. Show the token again and repeat it. After a lost connection the outcome is unknown, as with
 * every transaction. Before the first read show the token in a transaction of its own. Keep the node for as long as the
 * data.
 */
public final class ZooKeeperGuard {
    private final String path;

    /**
     * A guard whose mark stands at this path; the node is made with the first token, its parent must exist.
     *
     * @param path within the framework's namespace, if it has one
     */
    public ZooKeeperGuard(String path) {
        this.path = path;
    }

    /**
     * Reads the mark, in one request, and makes the operation that raises it to this token.
     *
     * @return to be the first operation of the transaction; good for one transaction
     * @throws StaleTokenException if the mark is higher than this token; an equal one is accepted
     * @throws Exception as the framework throws it
     */
    public CuratorOp show(CuratorFramework curator, long token) throws Exception {
        if (token <= 0) {
            throw new IllegalArgumentException("a fencing token is positive, not " + token);
        }
        byte[] raised = Long.toString(token).getBytes(StandardCharsets.US_ASCII);
        Stat stat = new Stat();
        byte[] mark;
        try {
            mark = curator.getData().storingStatIn(stat).forPath(path);
        } catch (KeeperException.NoNodeException e) {
            return curator.transactionOp().create().forPath(path, raised);
        }
        long highest = Long.parseLong(new String(mark, StandardCharsets.US_ASCII));
        if (token < highest) {
            throw new StaleTokenException(path, token, highest);
        }
        return curator.transactionOp().setData().withVersion(stat.getVersion()).forPath(path, raised);
    }
}
