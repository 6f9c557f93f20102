package dev.holdfast.lock.stores;

import dev.holdfast.lock.stores.FaultProxy.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One client's connection through a {@link FaultProxy}; confined to the proxy's thread. */
final class ProxyLink {
    /** Bytes a flow may hold before it stops reading; the sender then feels it as on any full connection. */
    private static final int MOST_HELD = 4 << 20;

    /** How long a store has for a request that arrived late. */
    private static final long EXECUTION_NANOS = 200_000_000;

    private final FaultProxy proxy;
    private final SelectionKey client;
    private final SelectionKey store;
    private final Flow toStore;
    private final Flow toClient;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    private boolean connected;
    private boolean finishing;

    /** The client is gone, and what it sent last waits for {@link #deliver()}. */
    private boolean detained;

    private boolean delivering;

    /** When the connection ends after a delivery: some stores execute nothing that its end follows at once. */
    private long endsAt;

    /** Whether the store pushes to this client. */
    private boolean subscribed;

    /** Recognises the answer that is to be lost; null when none is. */
    private @Nullable Predicate<byte[]> lostAnswer;

    ProxyLink(FaultProxy proxy, Selector selector, SocketChannel fromClient) throws IOException {
        this.proxy = proxy;
        SocketChannel toTarget = SocketChannel.open();
        for (SocketChannel channel : new SocketChannel[] {fromClient, toTarget}) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        this.client = fromClient.register(selector, 0, this);
        this.store = toTarget.register(selector, SelectionKey.OP_CONNECT, this);
        this.toStore = new Flow(fromClient, toTarget, Direction.TO_STORE);
        this.toClient = new Flow(toTarget, fromClient, Direction.TO_CLIENT);
    }

    /** To the local host this may succeed or fail at once. */
    void connect(InetSocketAddress target) {
        try {
            connected = ((SocketChannel) store.channel()).connect(target);
        } catch (IOException e) {
            abort();
        }
    }

    private record Chunk(ByteBuffer bytes, long arrived) {}

    /** One direction. */
    private final class Flow {
        private final SocketChannel from;
        private final SocketChannel to;
        private final Direction direction;
        private final Deque<Chunk> chunks = new ArrayDeque<>();
        private long held;
        private boolean full;
        private boolean inputEnded;
        private boolean outputEnded;

        Flow(SocketChannel from, SocketChannel to, Direction direction) {
            this.from = from;
            this.to = to;
            this.direction = direction;
        }

        boolean wantsInput() {
            return !inputEnded && held < MOST_HELD;
        }

        void read() throws IOException {
            buffer.clear();
            int count = from.read(buffer);
            if (count < 0) {
                inputEnded = true;
            } else if (count > 0 && !finishing && !(detained && direction == Direction.TO_CLIENT)) {
                byte[] bytes = new byte[count];
                buffer.flip().get(bytes);
                if (direction == Direction.TO_STORE && proxy.interceptions().detains(bytes)) {
                    detain(bytes);
                } else if (passes(bytes, direction)) {
                    chunks.add(new Chunk(ByteBuffer.wrap(bytes), System.nanoTime()));
                    held += count;
                }
            }
        }

        private void detain(byte[] bytes) throws IOException {
            chunks.add(new Chunk(ByteBuffer.wrap(bytes), System.nanoTime()));
            detained = true;
            resetOnClose(client);
            client.channel().close();
            store.interestOps(SelectionKey.OP_READ);
        }

        /**
         * Writes what is due; returns the nanoseconds until the next chunk is, negative when nothing waits for that.
         */
        long write(long now) throws IOException {
            full = false;
            while (!proxy.isHeld(direction, subscribed)) {
                Chunk next = chunks.peek();
                if (next == null) {
                    endOutputAfterInput();
                    return -1;
                }
                long wait = next.arrived + proxy.latencyNanos(direction) - now;
                if (wait > 0) {
                    return wait;
                }
                held -= to.write(next.bytes);
                if (next.bytes.hasRemaining()) {
                    full = true;
                    return -1;
                }
                chunks.remove();
            }
            return -1;
        }

        void endOutputAfterInput() throws IOException {
            if (inputEnded && !outputEnded) {
                outputEnded = true;
                to.shutdownOutput();
            }
        }

        void finish() throws IOException {
            chunks.clear();
            held = 0;
            if (!outputEnded) {
                outputEnded = true;
                to.shutdownOutput();
            }
        }
    }

    /** Whether bytes go on; a lost answer does not, and takes the connection with it. */
    private boolean passes(byte[] bytes, Direction direction) {
        if (direction == Direction.TO_STORE) {
            subscribed |= proxy.subscribes(bytes);
            Optional<Predicate<byte[]>> answer = proxy.requested(bytes);
            if (lostAnswer == null) {
                lostAnswer = answer.orElse(null);
            }
            return true;
        }
        if (lostAnswer == null) {
            return true;
        }
        if (lostAnswer.test(bytes)) {
            abort();
            proxy.replyLost();
        }
        return false;
    }

    /** Its channel can be read, written or is connected. */
    void ready(SelectionKey key) {
        try {
            if (key.isConnectable()) {
                ((SocketChannel) key.channel()).finishConnect();
                connected = true;
            } else if (key.isReadable()) {
                (key == client ? toStore : toClient).read();
            }
        } catch (IOException e) {
            abort();
        }
    }

    /** Moves what may move; see {@link Flow#write}. */
    long pump(long now) {
        if (!connected) {
            return -1;
        }
        if (detained) {
            return pumpDetained(now);
        }
        try {
            long first = toStore.write(now);
            long second = toClient.write(now);
            if (toStore.inputEnded && toStore.outputEnded && toClient.inputEnded && toClient.outputEnded) {
                close();
                return -1;
            }
            client.interestOps(interest(toStore, toClient));
            store.interestOps(interest(toClient, toStore));
            return first < 0 ? second : second < 0 ? first : Math.min(first, second);
        } catch (IOException e) {
            abort();
            return -1;
        }
    }

    /** Nobody is there for the answer: the store gets the request, and then the end of the connection. */
    private long pumpDetained(long now) {
        try {
            if (toClient.inputEnded) {
                close();
                return -1;
            }
            long next = delivering ? toStore.write(now) : -1;
            if (delivering && toStore.chunks.isEmpty()) {
                next = Math.max(0, endsAt - now);
                toStore.inputEnded = next == 0;
                toStore.endOutputAfterInput();
            }
            store.interestOps(interest(toClient, toStore));
            return toStore.outputEnded ? -1 : next;
        } catch (IOException e) {
            abort();
            return -1;
        }
    }

    /** Lets what was held back go on. */
    void deliver() {
        delivering = detained;
        endsAt = System.nanoTime() + EXECUTION_NANOS;
    }

    private static int interest(Flow reads, Flow writes) {
        return (reads.wantsInput() ? SelectionKey.OP_READ : 0) | (writes.full ? SelectionKey.OP_WRITE : 0);
    }

    /** FIN to both sides; whatever they still send is dropped until they end too. */
    void finish() {
        finishing = true;
        try {
            if (connected) {
                toStore.finish();
                toClient.finish();
            } else {
                close();
            }
        } catch (IOException e) {
            abort();
        }
    }

    /** RST to both sides. */
    void abort() {
        resetOnClose(client);
        resetOnClose(store);
        close();
    }

    private static void resetOnClose(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (channel.isOpen()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException alreadyReset) {
            // By the other side: then closing is all that is left to do.
        }
    }

    private void close() {
        try {
            proxy.closed(this);
            client.channel().close();
            store.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
