package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Over connections of its own, a bounded number of them. Waiting for a connection, connecting and the request together
 * end by the request's deadline. A connection that saw any failure but an error reply is never used again.
 */
final class PooledCalls implements RedisCalls {
    /** What surely fits into the send buffer of an idle connection, so that writing it cannot block. */
    private static final int SMALL = 8_192;

    private final RedisAddress address;
    private final RedisTarget target;
    private final int replicas;
    private final DriverContext context;
    private final ConnectGate gate;
    private final GenericObjectPool<RedisLink> pool;
    private final Set<RedisLink> links = ConcurrentHashMap.newKeySet();
    private final @Nullable PrimaryWatch watch;
    private volatile @Nullable RedisLink subscription;
    private volatile boolean closed;

    /** @param replicas how many of them must have a grant before it is believed; 0 for none */
    PooledCalls(RedisAddress address, DriverContext context, ConnectGate gate, int replicas) {
        this.address = address;
        this.target = address.target(context.threads());
        this.replicas = replicas;
        this.context = context;
        this.gate = gate;
        GenericObjectPoolConfig<RedisLink> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(address.poolSize());
        config.setMaxIdle(address.poolSize());
        config.setJmxEnabled(false);
        this.pool = new GenericObjectPool<>(new LinkFactory(), config);
        this.watch = address.isSentinel() ? new PrimaryWatch(target, context, this::moved) : null;
    }

    private final class LinkFactory extends BasePooledObjectFactory<RedisLink> {
        @Override
        public RedisLink create() {
            return link();
        }

        @Override
        public PooledObject<RedisLink> wrap(RedisLink link) {
            return new DefaultPooledObject<>(link);
        }

        @Override
        public void destroyObject(PooledObject<RedisLink> pooled) {
            links.remove(pooled.getObject());
            pooled.getObject().close();
        }
    }

    private RedisLink link() {
        RedisLink link = new RedisLink(target, address.greeting(), address.isTls(), context.threads());
        links.add(link);
        return link;
    }

    @Override
    public Object evalsha(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        return script(new ScriptRequest(script, true, replicas, deadline).with(keys, arguments), deadline);
    }

    @Override
    public Object eval(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        return script(new ScriptRequest(script, false, replicas, deadline).with(keys, arguments), deadline);
    }

    /** Sends this script. */
    Object script(ScriptRequest request, Deadline deadline) throws InterruptedException {
        return call(request, request.size(), deadline);
    }

    /** Sends these scripts in one go: replies, or the errors in their place. */
    List<Object> scripts(List<ScriptRequest> requests, Deadline deadline) throws InterruptedException {
        if (replicas > 0) {
            List<Object> replies = new ArrayList<>(requests.size());
            for (ScriptRequest request : requests) {
                try {
                    replies.add(script(request, deadline));
                } catch (StoreException | JedisDataException | JedisConnectionException e) {
                    replies.add(e);
                }
            }
            return replies;
        }
        int size = requests.stream().mapToInt(ScriptRequest::size).sum();
        return call(connection -> ScriptRequest.pipelined(requests, connection), size, deadline);
    }

    /** The answer of {@code CLUSTER SLOTS}. */
    List<?> slots(Deadline deadline) throws InterruptedException {
        return (List<?>) command(new CommandArguments(Protocol.Command.CLUSTER).add("SLOTS"), deadline);
    }

    @Override
    public String info(Deadline deadline) throws InterruptedException {
        return BuilderFactory.STRING.build(command(new CommandArguments(Protocol.Command.INFO), deadline));
    }

    @Override
    public void delete(String key, Deadline deadline) throws InterruptedException {
        command(new CommandArguments(Protocol.Command.DEL).add(key), deadline);
    }

    private Object command(CommandArguments request, Deadline deadline) throws InterruptedException {
        return call(connection -> connection.executeCommand(request), 0, deadline);
    }

    private <T> T call(Function<Connection, T> request, int size, Deadline deadline) throws InterruptedException {
        RedisLink link = borrow(deadline);
        boolean sound = false;
        ScheduledFuture<?> cut = null;
        try {
            Connection connection = link.isOpen() ? link.connection(deadline) : open(link, deadline);
            if (size > SMALL) {
                cut = context.timer().schedule(link::close, deadline.nanos(), TimeUnit.NANOSECONDS);
            }
            T reply = request.apply(connection);
            sound = true;
            return reply;
        } catch (StoreException e) {
            // Answered, but not confirmed by replicas; any other kind says that there is no connection.
            sound = e.kind() == StoreException.Kind.UNKNOWN;
            throw e;
        } catch (JedisDataException e) {
            sound = !hasMoved(e);
            if (!sound) {
                moved();
                throw StoreException.notExecuted(address + ": " + e.getMessage() + "; asking the sentinels", e);
            }
            throw e;
        } catch (JedisConnectionException e) {
            if (!(e.getCause() instanceof SocketTimeoutException)) {
                // One connection broke, so the idle ones to the same server are probably as dead.
                pool.clear();
            }
            throw e;
        } catch (IOException e) {
            throw new JedisConnectionException(e);
        } finally {
            giveBack(link, sound && (cut == null || cut.cancel(false)));
        }
    }

    /** Whether this says that the server is no primary any more: the first write of a script proves it, undone. */
    private boolean hasMoved(JedisDataException error) {
        return address.isSentinel()
                && RedisErrors.code(String.valueOf(error.getMessage())).equals("READONLY");
    }

    /** Ends every connection: those to the former primary lead nowhere. What is under way has an unknown outcome. */
    void moved() {
        pool.clear();
        links.forEach(RedisLink::close);
    }

    private RedisLink borrow(Deadline deadline) throws InterruptedException {
        try {
            RedisLink link = pool.borrowObject(Duration.ofNanos(Math.max(1, deadline.nanos())));
            if (closed) {
                giveBack(link, false);
                throw StoreException.notExecuted(address + ": this client is closed", null);
            }
            return link;
        } catch (NoSuchElementException e) {
            throw StoreException.notExecuted(
                    address + ": all " + address.poolSize() + " connections were in use until the request had to end;"
                            + " raise client.maxTotal if the store is not slow",
                    e);
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("making an unopened connection does not fail", e);
        }
    }

    private Connection open(RedisLink link, Deadline deadline) throws InterruptedException, IOException {
        Throwable last = gate.await(deadline);
        if (last != null || deadline.isOver()) {
            throw RedisErrors.unreachable(address.toString(), last);
        }
        try {
            link.open(deadline);
            gate.succeeded();
        } catch (JedisDataException e) {
            gate.failed(e);
            throw RedisErrors.greeting(address.toString(), e);
        } catch (IOException | RuntimeException e) {
            gate.failed(e);
            throw RedisErrors.unreachable(address.toString(), e);
        }
        return link.connection(deadline);
    }

    private void giveBack(RedisLink link, boolean sound) {
        if (sound && !closed) {
            pool.returnObject(link);
            return;
        }
        try {
            pool.invalidateObject(link);
        } catch (Exception e) {
            throw new IllegalStateException("closing a connection does not fail", e);
        }
    }

    @Override
    public void subscribe(JedisPubSub listener, String channel, Deadline deadline) throws InterruptedException {
        RedisLink link = link();
        subscription = link;
        try {
            if (!closed) {
                listener.proceed(open(link, deadline), channel);
            }
        } catch (IOException e) {
            throw new JedisConnectionException(e);
        } finally {
            links.remove(link);
            link.close();
        }
    }

    @Override
    public void subscribed() {
        RedisLink link = subscription;
        if (link != null) {
            link.unbound();
        }
    }

    @Override
    public void unsubscribe(JedisPubSub listener) {
        RedisLink link = subscription;
        if (link != null) {
            link.close();
        }
    }

    /** Cuts requests under way. The pool itself stays, for its own close would interrupt the threads that wait. */
    @Override
    public void close() {
        closed = true;
        moved();
        if (watch != null) {
            watch.close();
        }
    }
}
