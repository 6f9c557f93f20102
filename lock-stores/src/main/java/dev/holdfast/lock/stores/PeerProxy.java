package dev.holdfast.lock.stores;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP relay between one member of a cluster and its peers, in this JVM: the address that the member's peers know.
 * While either end is cut off, nothing passes, neither bytes nor the end of a connection, as in a network that drops
 * packets; new connections are taken and stay silent.
 *
 * <p>Every peer knows the same address of a member, so the relay learns from the first bytes of a connection who sends.
 * Two plain threads for each connection: members have few.
 */
final class PeerProxy implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;
    private static final Duration REFUSED = Duration.ofSeconds(3);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

    /** What the relay has to know of the protocol between members. */
    interface Protocol {
        /** The peer name of whoever begins a connection with these bytes; empty when they do not tell. */
        String sender(byte[] first);

        /** What is passed on instead of the first bytes. */
        default byte[] passedOn(byte[] first) {
            return first;
        }
    }

    private final PeerCut cut;
    private final Protocol protocol;
    private final int member;
    private final int target;
    private final ServerSocket acceptor;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private PeerProxy(PeerCut cut, Protocol protocol, int member, int target) {
        this.cut = cut;
        this.protocol = protocol;
        this.member = member;
        this.target = target;
        try {
            this.acceptor = new ServerSocket();
            acceptor.bind(new InetSocketAddress(Ports.loopback(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a relay to port " + target, e);
        }
    }

    /** Relays from a port of its own to this port of the member with this number, from now on. */
    static PeerProxy before(PeerCut cut, Protocol protocol, int member, int target) {
        PeerProxy proxy = new PeerProxy(cut, protocol, member, target);
        daemon("peer-proxy-" + target, proxy::accept);
        return proxy;
    }

    int port() {
        return acceptor.getLocalPort();
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!acceptor.isClosed()) {
            try {
                Socket peer = acceptor.accept();
                sockets.add(peer);
                daemon("peer-" + target, () -> serve(peer));
            } catch (IOException closed) {
                // The loop ends when it was closed on purpose; anything else is one connection that did not come about.
            }
        }
    }

    private void serve(Socket peer) {
        Socket own = new Socket(); // replaced by one that is connected
        try {
            byte[] first = read(peer.getInputStream());
            String sender = protocol.sender(first);
            if (first.length > 0 && cut.awaitPassage(sender, member)) {
                own = connected();
                own.setTcpNoDelay(true);
                peer.setTcpNoDelay(true);
                Socket there = own;
                own.getOutputStream().write(protocol.passedOn(first));
                daemon("peer-" + target + "-back", () -> copy(there, peer, sender));
                copy(peer, own, sender);
            }
        } catch (IOException broken) {
            // The member is down: its peers see a connection that ends.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(peer);
            end(own);
        }
    }

    /**
     * A peer whose connection is refused tries again soon; here it was taken already, so trying again is up to the
     * relay. A follower of ZooKeeper would otherwise give up a leader that does not listen yet.
     */
    private Socket connected() throws IOException {
        long deadline = System.nanoTime() + REFUSED.toNanos();
        while (true) {
            Socket own = new Socket();
            try {
                own.connect(new InetSocketAddress(Ports.loopback(), target));
                sockets.add(own);
                return own;
            } catch (ConnectException refused) {
                own.close();
                if (acceptor.isClosed() || System.nanoTime() - deadline > 0) {
                    throw refused;
                }
                LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
            }
        }
    }

    private static byte[] read(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        return Arrays.copyOf(chunk, Math.max(0, in.read(chunk)));
    }

    private void copy(Socket from, Socket to, String sender) {
        try {
            byte[] chunk = new byte[CHUNK];
            for (int size = from.getInputStream().read(chunk);
                    cut.awaitPassage(sender, member) && size >= 0;
                    size = from.getInputStream().read(chunk)) {
                to.getOutputStream().write(chunk, 0, size);
            }
        } catch (IOException broken) {
            try {
                cut.awaitPassage(sender, member);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException gone) {
            // It is closed all the same.
        }
    }

    /** Ends every connection and stops listening; the cut must be closed, or the relays that it holds stay. */
    @Override
    public void close() {
        try {
            acceptor.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the relay to port " + target, e);
        } finally {
            sockets.forEach(this::end);
        }
    }
}
