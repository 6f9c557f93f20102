package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.LockUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * One connection to the server, opened by its first user, so that the deadline of that user's request bounds the
 * connecting too. Used by one thread at a time, but for {@link #close()}, which any thread may call to end a request.
 */
final class RedisLink {
    private final RedisTarget target;
    private final JedisClientConfig greeting;
    private final boolean secured;
    private final ThreadFactory threads;
    private volatile @Nullable BoundedSocket socket;
    private volatile boolean closed;
    private @Nullable Connection connection;

    /**
     * Not connected yet.
     *
     * @param greeting how Jedis greets the server
     * @param secured whether to speak TLS
     */
    RedisLink(RedisTarget target, JedisClientConfig greeting, boolean secured, ThreadFactory threads) {
        this.target = target;
        this.greeting = greeting;
        this.secured = secured;
        this.threads = threads;
    }

    boolean isOpen() {
        return connection != null;
    }

    /** The open connection, with its reads bounded by the deadline. */
    Connection connection(Deadline deadline) throws IOException {
        Connection open = connection;
        BoundedSocket plain = socket;
        if (open == null || plain == null) {
            throw new IOException("not connected");
        }
        plain.bound(deadline);
        return open;
    }

    /** Lifts the bound of reads, for a connection that waits for messages. */
    void unbound() {
        BoundedSocket plain = socket;
        if (plain != null) {
            try {
                plain.bound(null);
            } catch (IOException e) {
                throw new JedisConnectionException(e);
            }
        }
    }

    /** Connects and greets, all within the deadline; leaves nothing open when it fails. */
    void open(Deadline deadline) throws IOException, InterruptedException {
        LockUrl.Host host = target.find(deadline);
        BoundedSocket plain = connect(host, deadline);
        try {
            plain.bound(deadline);
            connection = new Connection(() -> layered(plain, host), greeting);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private BoundedSocket connect(LockUrl.Host host, Deadline deadline) throws IOException, InterruptedException {
        IOException failure = new UnknownHostException(host.name());
        InetAddress[] found = resolve(host.name(), deadline);
        for (int i = 0; i < found.length && !deadline.isOver(); i++) {
            BoundedSocket plain = new BoundedSocket();
            socket = plain;
            if (closed) {
                throw new IOException("closed while connecting");
            }
            try {
                plain.setTcpNoDelay(true);
                plain.setKeepAlive(true);
                plain.connect(
                        new InetSocketAddress(found[i], host.port()),
                        Math.max(1, deadline.millis() / (found.length - i)));
                return plain;
            } catch (IOException e) {
                plain.close();
                failure = e;
            }
        }
        throw failure;
    }

    /** The name service knows no timeout, so it is asked on a thread that can be left behind. */
    private InetAddress[] resolve(String name, Deadline deadline) throws IOException, InterruptedException {
        if (name.indexOf(':') >= 0 || name.matches("[0-9.]+")) {
            return new InetAddress[] {InetAddress.getByName(name)};
        }
        FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(name));
        threads.newThread(lookup).start();
        try {
            return lookup.get(Math.max(1, deadline.nanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException("unknown host " + name, e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the name service did not answer for host " + name, e);
        }
    }

    private Socket layered(BoundedSocket plain, LockUrl.Host at) {
        if (!secured) {
            return plain;
        }
        try {
            SSLSocketFactory factory = SSLContext.getDefault().getSocketFactory();
            SSLSocket secure = (SSLSocket) factory.createSocket(plain, at.name(), at.port(), true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            return secure;
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new JedisConnectionException("TLS: " + e.getMessage(), e);
        }
    }

    /** Closes the socket beneath TLS and Jedis: their own ways to close write first, and could block. */
    void close() {
        closed = true;
        BoundedSocket plain = socket;
        if (plain != null) {
            try {
                plain.setSoLinger(true, 0);
                plain.close();
            } catch (IOException e) {
                // Closing marks the socket closed before it can fail; nothing is left to do for it.
                socket = null;
            }
        }
    }
}
