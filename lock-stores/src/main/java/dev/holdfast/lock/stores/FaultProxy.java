package dev.holdfast.lock.stores;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * A TCP proxy in this JVM between clients and one store, for the faults of a network. Point the client's URL at
 * {@link #port()} ({@link RunningStore#urlVia}).
 *
 * <p>A fault is in force when its method returns, also on connections that exist, and lasts until {@link #heal()} or
 * {@link #close()}. Safe for use by several threads: one thread of the proxy's own touches the sockets, and the methods
 * wait for it.
 */
public final class FaultProxy implements AutoCloseable {
    /** Where bytes flow. */
    public enum Direction {
        TO_STORE,
        TO_CLIENT
    }

    private final InetSocketAddress target;
    private final String subscription;
    private final ServerSocketChannel acceptor;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong repliesLost = new AtomicLong();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile int connections;
    private volatile boolean open = true;

    // The rest belongs to the proxy's thread.
    private final Set<ProxyLink> links = new LinkedHashSet<>();
    private final Map<Direction, Long> latencyNanos = new EnumMap<>(Direction.class);
    private final Set<Direction> held = EnumSet.noneOf(Direction.class);
    private final Interceptions interceptions = new Interceptions();
    private boolean refusing;
    private boolean holdingPushes;

    /** Listens on a free port of the loopback address and passes every connection on to the given one. */
    public FaultProxy(String host, int port) {
        this(host, port, "");
    }

    private FaultProxy(String host, int port, String subscription) {
        this.target = new InetSocketAddress(host, port);
        this.subscription = subscription;
        try {
            this.selector = Selector.open();
            this.acceptor = ServerSocketChannel.open();
            acceptor.bind(new InetSocketAddress(Ports.loopback(), 0), 1024);
            acceptor.configureBlocking(false);
            acceptor.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a proxy to " + target, e);
        }
        this.thread = new Thread(this::run, "fault-proxy-" + port);
        thread.setDaemon(true);
        thread.start();
    }

    /** A proxy in front of a started store. */
    public static FaultProxy before(RunningStore store) {
        return new FaultProxy(store.host(), store.port(), Wire.subscription(store.kind()));
    }

    /** The port clients connect to. */
    public int port() {
        return acceptor.socket().getLocalPort();
    }

    /** Every byte arrives that much later; connecting and the end of a connection are not delayed. */
    public void latency(Direction direction, Duration delay) {
        command(() -> latencyNanos.put(direction, delay.toNanos()));
    }

    /** Holds all bytes back, and the end of the stream, while connections stay open. Healing delivers them. */
    public void blackHole(Direction direction) {
        command(() -> held.add(direction));
    }

    /** Resets every new connection as soon as it is made. They count as {@link #attempts()}. */
    public void refuseNew() {
        command(() -> refusing = true);
    }

    /** Ends every open connection with a reset (RST) on both sides; bytes on the way are lost. */
    public void reset() {
        command(() -> new ArrayList<>(links).forEach(ProxyLink::abort));
    }

    /** Ends every open connection in good order (FIN) on both sides; bytes on the way are lost. */
    public void finish() {
        command(() -> links.forEach(ProxyLink::finish));
    }

    /** Arms the loss of one reply: the next request that it matches is applied by the store, and nobody hears of it. */
    public void loseReply(LostReply which) {
        loseReplies(1, which);
    }

    /** Arms as many losses; each takes one request, so a client that tries again loses the reply again. */
    public void loseReplies(int count, LostReply which) {
        command(() -> interceptions.lose(count, which));
    }

    /**
     * The next request that it matches is held back, and its connection reset at the client, which has to believe that
     * it may have been executed. It reaches the store with the next {@link #heal()}, on the connection that it was sent
     * on, whatever the client has done since.
     */
    public void detainRequest(LostReply which) {
        command(() -> interceptions.detain(which));
    }

    /** Holds back what the store sends on connections that are for pushes; Redis and PostgreSQL have such ones. */
    public void holdPushes() {
        command(() -> holdingPushes = true);
    }

    /** Ends every fault: held and delayed bytes flow at once, losses not yet taken are disarmed. */
    public void heal() {
        command(() -> {
            latencyNanos.clear();
            held.clear();
            interceptions.clear();
            refusing = false;
            holdingPushes = false;
            links.forEach(ProxyLink::deliver);
        });
    }

    /** Connections clients tried to open since the proxy exists, refused ones too. */
    public long attempts() {
        return attempts.get();
    }

    /** Connections open now. */
    public int connections() {
        return connections;
    }

    /** Chunks of bytes that came from clients: one per request unless the client sends several at once. */
    public long requests() {
        return requests.get();
    }

    /** Replies lost on demand: the store has answered, and the connection is gone. */
    public long repliesLost() {
        return repliesLost.get();
    }

    /** Runs on the proxy's thread; returns when done. Without effect on a closed proxy. */
    private void command(Runnable command) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        commands.add(() -> {
            command.run();
            done.complete(null);
        });
        selector.wakeup();
        if (thread.isAlive()) {
            CompletableFuture.anyOf(done, ended).join();
        }
    }

    private void run() {
        try {
            while (open) {
                long wait = pumpAll();
                if (wait < 0) {
                    selector.select();
                } else {
                    selector.select(Math.max(1, (wait + 999_999) / 1_000_000));
                }
                serveReadyKeys();
                for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
                    next.run();
                }
            }
            new ArrayList<>(links).forEach(ProxyLink::abort);
            acceptor.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy to " + target + " failed", e);
        } finally {
            ended.complete(null);
        }
    }

    /** Moves what may move; returns the nanoseconds until more may, negative when only I/O can change that. */
    private long pumpAll() {
        long now = System.nanoTime();
        long wait = -1;
        for (ProxyLink link : new ArrayList<>(links)) {
            long next = link.pump(now);
            if (next >= 0) {
                wait = wait < 0 ? next : Math.min(wait, next);
            }
        }
        return wait;
    }

    private void serveReadyKeys() throws IOException {
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
            SelectionKey key = keys.next();
            if (!key.isValid()) {
                continue;
            }
            if (key.attachment() instanceof ProxyLink link) {
                link.ready(key);
            } else {
                acceptOne();
            }
        }
    }

    private void acceptOne() throws IOException {
        SocketChannel client = acceptor.accept();
        if (client == null) {
            return;
        }
        attempts.incrementAndGet();
        if (refusing) {
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            client.close();
        } else {
            ProxyLink link = new ProxyLink(this, selector, client);
            links.add(link);
            connections = links.size();
            link.connect(target);
        }
    }

    void closed(ProxyLink link) {
        links.remove(link);
        connections = links.size();
    }

    boolean isHeld(Direction direction, boolean subscribed) {
        return held.contains(direction) || (subscribed && holdingPushes && direction == Direction.TO_CLIENT);
    }

    long latencyNanos(Direction direction) {
        return latencyNanos.getOrDefault(direction, 0L);
    }

    /** A chunk came from a client: the test for its answer when that one is to be lost. */
    Optional<Predicate<byte[]>> requested(byte[] chunk) {
        requests.incrementAndGet();
        return interceptions.losesAnswerTo(chunk);
    }

    Interceptions interceptions() {
        return interceptions;
    }

    boolean subscribes(byte[] chunk) {
        return !subscription.isEmpty() && Wire.contains(chunk, subscription);
    }

    void replyLost() {
        repliesLost.incrementAndGet();
    }

    /** Resets all connections and stops listening; no thread and no socket is left when it returns. Idempotent. */
    @Override
    public void close() {
        open = false;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
