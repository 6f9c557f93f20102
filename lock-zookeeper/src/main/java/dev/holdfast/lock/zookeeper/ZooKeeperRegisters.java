package dev.holdfast.lock.zookeeper;

import static dev.holdfast.lock.zookeeper.ZooKeeperRequests.await;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.RegisterAnswer;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.StoreException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Registers: one persistent node each. ZooKeeper compares versions and nothing else, so a read goes before; the one
 * step that counts is a {@code setData} with the version read. It fails if anybody was in between, and then all is
 * asked anew: each failure is the success of somebody else. For the same reason a write that is executed late, after
 * its answer was given up, changes nothing once anybody else has been there.
 */
final class ZooKeeperRegisters implements RegisterDriver {
    private static final byte[] NOTHING = {};

    private final DriverContext context;
    private final ZooKeeperConnection connection;
    private final ZooKeeperLayout layout;

    ZooKeeperRegisters(DriverContext context, ZooKeeperConnection connection, ZooKeeperLayout layout) {
        this.context = context;
        this.connection = connection;
        this.layout = layout;
    }

    @Override
    public RegisterAnswer read(LockName name, long token) {
        return ask("reading register '" + name + "'", name, token, value -> value);
    }

    @Override
    public RegisterAnswer write(LockName name, long token, byte[] value) {
        RegisterAnswer answer = ask("writing register '" + name + "'", name, token, before -> Optional.of(value));
        return answer instanceof RegisterAnswer.Accepted ? new RegisterAnswer.Accepted(Optional.empty()) : answer;
    }

    private RegisterAnswer ask(String what, LockName name, long token, UnaryOperator<Optional<byte[]>> change) {
        Deadline deadline = Deadline.after(context.ticker(), context.options().storeTimeout());
        try {
            for (boolean synced = false; ; synced = true) {
                ZooKeeperRequests requests = connection.link(deadline, what).requests();
                Found found = found(requests, what, name, synced, deadline);
                if (found == null) {
                    continue;
                }
                if (token < found.data.mark()) {
                    return new RegisterAnswer.Stale(found.data.mark());
                }
                MarkedData after = new MarkedData(token, change.apply(found.data.value()));
                if (store(requests, what, name, found.stat, after, deadline)) {
                    return new RegisterAnswer.Accepted(after.value());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoreException.unknown(connection.errors().store() + ": " + what + " was interrupted", e);
        }
    }

    /**
     * What the node holds.
     *
     * @param stat null if there is no node yet
     */
    private record Found(MarkedData data, @Nullable Stat stat) {}

    /**
     * Nothing that goes wrong here has changed anything. The first read may be behind; a second one must not be.
     *
     * @return null if the connection broke: there may be another one in time
     */
    private @Nullable Found found(
            ZooKeeperRequests requests, String what, LockName name, boolean synced, Deadline deadline)
            throws InterruptedException {
        String path = layout.register(name);
        if (deadline.remainingNanos() == 0) {
            throw connection.errors().notSent(what, "others kept changing it, or the connection broke; try again");
        }
        try {
            if (synced) {
                CompletableFuture<String> unused = requests.sync(path); // the read comes after it on this connection
            }
            ZooKeeperRequests.Bytes stored = await(requests.bytes(path), deadline);
            return new Found(MarkedData.parse(stored.data()), stored.stat());
        } catch (KeeperException.NoNodeException e) {
            return new Found(new MarkedData(0, Optional.empty()), null);
        } catch (KeeperException.ConnectionLossException | KeeperException.SessionExpiredException e) {
            return null;
        } catch (NumberFormatException e) {
            throw connection.errors().refused(what, path + " is no register", e);
        } catch (KeeperException | TimeoutException e) {
            StoreException failure = connection.errors().of(e, what);
            throw failure.kind() == StoreException.Kind.REFUSED
                    ? failure
                    : connection.errors().notSent(what, "reading it before brought no answer");
        }
    }

    /** Whether it was done; else somebody was faster. */
    private boolean store(
            ZooKeeperRequests requests,
            String what,
            LockName name,
            @Nullable Stat stat,
            MarkedData data,
            Deadline deadline)
            throws InterruptedException {
        String path = layout.register(name);
        byte[] bytes = data.bytes(name);
        try {
            if (stat != null) {
                await(requests.setData(path, bytes, stat.getVersion()), deadline);
            } else {
                await(requests.create(path, bytes, requests.acl(), CreateMode.PERSISTENT), deadline);
            }
            return true;
        } catch (KeeperException.BadVersionException | KeeperException.NodeExistsException e) {
            return false;
        } catch (KeeperException.NoNodeException e) {
            createParent(requests, what, deadline);
            return false;
        } catch (KeeperException | TimeoutException e) {
            throw connection.errors().of(e, what);
        }
    }

    /** The first register of a namespace; its node was not written yet. */
    private void createParent(ZooKeeperRequests requests, String what, Deadline deadline) throws InterruptedException {
        try {
            await(requests.create(layout.registers(), NOTHING, requests.acl(), CreateMode.PERSISTENT), deadline);
        } catch (KeeperException.NodeExistsException e) {
            return; // somebody was faster
        } catch (KeeperException | TimeoutException e) {
            StoreException failure = connection.errors().of(e, what);
            throw failure.kind() == StoreException.Kind.REFUSED
                    ? failure
                    : connection.errors().notSent(what, "its parent node could not be made");
        }
    }
}
