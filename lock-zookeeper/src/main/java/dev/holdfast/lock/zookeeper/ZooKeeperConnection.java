package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * From Curator's connection to a link that grants may use. Curator reconnects and opens new sessions; this class
 * captures the handle of each session, has every connection prepared, lets the session's timer be known, and repeats
 * deletes whose answer was lost. One thread prepares; the shared timer sends the small requests.
 */
final class ZooKeeperConnection implements ZooKeeperSession.Listener {
    private static final Duration AGAIN = Duration.ofMillis(200);

    private final ClientConnection client;
    private final ZooKeeperLayout layout;
    private final List<ACL> acl;
    private final DriverContext context;
    private final ZooKeeperOpening opening;
    private final Consumer<ZooKeeperSession> lost;
    private final ScheduledThreadPoolExecutor keeper;
    private final String name = ZooKeeperOpening.unique(4);
    private final Set<String> doomed = ConcurrentHashMap.newKeySet();
    private final List<String> formerGuards = new ArrayList<>(); // keeper thread only
    private final AtomicLong highestToken = new AtomicLong();
    private final ConnectionStateListener stateListener = this::stateChanged;

    private final LinkGate gate;
    private volatile @Nullable ZooKeeperSession session; // written by the keeper thread only
    private volatile @Nullable Future<?> beats;

    /**
     * A Curator client.
     *
     * @param curator connects, reconnects, opens new sessions
     * @param end ends it, and with it the session; {@code null} for one that the user handed in and that stays open
     * @param errors words for its failures
     */
    record ClientConnection(CuratorFramework curator, @Nullable Runnable end, ZooKeeperErrors errors) {}

    ZooKeeperConnection(
            ClientConnection client,
            ZooKeeperLayout layout,
            List<ACL> acl,
            DriverContext context,
            Consumer<ZooKeeperSession> lost) {
        this.client = client;
        this.layout = layout;
        this.acl = acl;
        this.context = context;
        this.lost = lost;
        this.opening = new ZooKeeperOpening(layout, acl, context, client.errors);
        this.gate = new LinkGate(client.errors);
        this.keeper = new ScheduledThreadPoolExecutor(1, context.threads());
        this.keeper.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    ZooKeeperErrors errors() {
        return client.errors;
    }

    /**
     * Begins, and checks the store.
     *
     * @return the first link; its session's timer may still have to be observed
     */
    ZooKeeperLink open(Deadline deadline) throws InterruptedException {
        client.curator.getConnectionStateListenable().addListener(stateListener);
        later(this::capture, Duration.ZERO);
        ZooKeeperLink first = gate.await(deadline, "opening", false);
        try {
            opening.rehearse(first, deadline);
        } catch (KeeperException | TimeoutException e) {
            throw client.errors.of(e, "opening");
        }
        return first;
    }

    /** Sends the small requests from now on; {@code inUse} says whether anything is held or waited for. */
    void beatEvery(Duration leaseTime, BooleanSupplier inUse) {
        long period = Math.max(50, leaseTime.toMillis() * 4 / 25);
        beats = context.timer()
                .scheduleAtFixedRate(() -> beat(inUse.getAsBoolean()), period, period, TimeUnit.MILLISECONDS);
    }

    /** The link to send a request on, as soon as there is one. */
    ZooKeeperLink link(Deadline deadline, String what) throws InterruptedException {
        return gate.await(deadline, what, true);
    }

    /** The link's guard or namespace is gone: have it prepared anew. */
    void prepareAgain(ZooKeeperLink stale) {
        if (gate.withdraw(stale)) {
            later(() -> prepare(stale.session()), Duration.ZERO);
        }
    }

    /** A token that this client has seen: no later scale may fall below it. */
    void seen(long token) {
        highestToken.accumulateAndGet(token, Math::max);
    }

    /** Deletes a node in the background, until the server has answered. */
    void doom(String path) {
        doomed.add(path);
        ZooKeeperLink now = gate.current();
        if (now != null) {
            delete(now, path);
        }
    }

    private void delete(ZooKeeperLink on, String path) {
        Future<?> unused = on.requests().delete(path).thenRun(() -> doomed.remove(path));
    }

    private void beat(boolean inUse) {
        ZooKeeperLink now = gate.current();
        if (now == null) {
            later(this::capture, Duration.ZERO);
            return;
        }
        doomed.forEach(path -> delete(now, path));
        ZooKeeperSession of = now.session();
        if (now.timed() && of.singleServer()) {
            return; // every request restarts the timer, and the client library pings
        }
        Future<?> unused = (inUse || !now.timed() ? now.prove() : now.beat()).thenAccept(stands -> {
            if (stands) {
                gate.signal();
            } else {
                prepareAgain(now);
            }
        });
    }

    private void stateChanged(CuratorFramework curator, ConnectionState state) {
        if (state.isConnected()) {
            later(this::capture, Duration.ZERO);
        }
    }

    /** Takes up the handle of a new session. A session is never left for another while its own handle lives. */
    private void capture() {
        try {
            ZooKeeper handle = client.curator.getZookeeperClient().getZooKeeper();
            ZooKeeperSession former = session;
            if (former != null && former.handle() == handle && !former.ended()) {
                return;
            }
            if (!handle.getState().isConnected()) {
                return; // Curator's listener or the next beat calls again
            }
            if (former != null) {
                former.end();
                formerGuards.add(former.guard());
            }
            String guard = layout.guard(handle.getSessionId(), name);
            ZooKeeperSession fresh = new ZooKeeperSession(handle, guard, context.ticker(), this);
            ZooKeeperRequests.await(new ZooKeeperRequests(fresh, 0, acl).watchGuard(), patience());
            session = fresh;
            prepare(fresh);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) { // getZooKeeper declares no less
            gate.trouble("no connection: " + e.getMessage());
            later(this::capture, AGAIN);
        }
    }

    private void prepare(ZooKeeperSession of) {
        int connection = of.connection();
        ZooKeeperRequests requests = new ZooKeeperRequests(of, connection, acl);
        try {
            if (of.handle() instanceof ZooKeeperHandle handle) {
                handle.connectedFrom().ifPresent(of.validity()::connected);
            }
            gate.ready(opening.prepare(requests, List.copyOf(formerGuards), highestToken.get(), patience()));
            formerGuards.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (KeeperException | TimeoutException | RuntimeException e) {
            gate.trouble("no connection: " + e.getMessage());
            if (e instanceof StoreException refusal && refusal.kind() == StoreException.Kind.REFUSED) {
                gate.refuse(refusal);
            } else if (e instanceof KeeperException answer && client.errors.isRefusal(answer)) {
                gate.refuse(client.errors.of(answer, "opening"));
            }
            prepareLater(of, connection);
        }
    }

    private void prepareLater(ZooKeeperSession of, int connection) {
        if (of.on(connection)) {
            later(() -> prepare(of), AGAIN);
        }
    }

    private Deadline patience() {
        return Deadline.after(context.ticker(), context.options().storeTimeout());
    }

    @Override
    public void connected(ZooKeeperSession of) {
        of.validity().newConnection();
        later(() -> prepare(of), Duration.ZERO);
    }

    @Override
    public void disconnected(ZooKeeperSession of) {
        gate.trouble("the connection is broken");
    }

    @Override
    public void ended(ZooKeeperSession of) {
        gate.trouble("the session has ended");
        lost.accept(of);
        later(this::capture, Duration.ZERO);
    }

    private void later(Runnable task, Duration delay) {
        try {
            Future<?> unused = keeper.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            gate.signal(); // closed meanwhile: nobody needs the task
        }
    }

    /**
     * Ends it all within the store timeout. In a session that stays open, {@code ownNodes} and the guard are deleted.
     */
    void close(List<String> ownNodes) {
        ZooKeeperLink last = gate.current();
        if (!gate.close()) {
            return;
        }
        Future<?> running = beats;
        if (running != null) {
            running.cancel(false);
        }
        client.curator.getConnectionStateListenable().removeListener(stateListener);
        keeper.shutdownNow();
        if (client.end != null) {
            client.end.run();
        } else if (last != null) {
            retire(last, ownNodes);
        }
    }

    private void retire(ZooKeeperLink last, List<String> ownNodes) {
        ZooKeeperRequests requests = last.requests();
        List<CompletableFuture<?>> answers = new ArrayList<>();
        answers.add(requests.unwatchGuard());
        answers.add(requests.delete(last.session().guard()));
        for (String path : ownNodes) {
            answers.add(requests.delete(path));
        }
        doomed.forEach(path -> answers.add(requests.delete(path)));
        Deadline deadline = patience();
        for (CompletableFuture<?> answer : answers) {
            Uninterrupted.run(() -> settled(answer, deadline));
        }
    }

    /** Whether the server has answered; if not, the node goes with the session. */
    private static boolean settled(CompletableFuture<?> answer, Deadline deadline) throws InterruptedException {
        try {
            ZooKeeperRequests.await(answer, deadline);
            return true;
        } catch (KeeperException | TimeoutException e) {
            return false;
        }
    }
}
