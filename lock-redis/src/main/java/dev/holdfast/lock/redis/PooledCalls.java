package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.StoreException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
    private final DriverContext context;
    private final ConnectGate gate;
    private final GenericObjectPool<RedisLink> pool;
    private final Set<RedisLink> links = ConcurrentHashMap.newKeySet();
    private volatile @Nullable RedisLink subscription;
    private volatile boolean closed;

    PooledCalls(RedisAddress address, DriverContext context, ConnectGate gate) {
        this.address = address;
        this.context = context;
        this.gate = gate;
        GenericObjectPoolConfig<RedisLink> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(address.poolSize());
        config.setMaxIdle(address.poolSize());
        config.setJmxEnabled(false);
        this.pool = new GenericObjectPool<>(new LinkFactory(), config);
    }

    private final class LinkFactory extends BasePooledObjectFactory<RedisLink> {
        @Override
        public RedisLink create() {
            RedisLink link = new RedisLink(address, context.threads());
            links.add(link);
            return link;
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

    @Override
    public Object evalsha(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        return script(Protocol.Command.EVALSHA, script.sha(), keys, arguments, deadline);
    }

    @Override
    public Object eval(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        return script(Protocol.Command.EVAL, script.text(), keys, arguments, deadline);
    }

    private Object script(
            Protocol.Command command, String script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        CommandArguments request = new CommandArguments(command).add(script).add(Integer.toString(keys.size()));
        int size = script.length();
        for (String key : keys) {
            request.add(key);
            size += 3 * key.length();
        }
        for (String argument : arguments) {
            request.add(argument);
            size += argument.length();
        }
        return call(request, size, deadline);
    }

    @Override
    public String info(Deadline deadline) throws InterruptedException {
        return BuilderFactory.STRING.build(call(new CommandArguments(Protocol.Command.INFO), 0, deadline));
    }

    @Override
    public void delete(String key, Deadline deadline) throws InterruptedException {
        call(new CommandArguments(Protocol.Command.DEL).add(key), 0, deadline);
    }

    private Object call(CommandArguments request, int size, Deadline deadline) throws InterruptedException {
        RedisLink link = borrow(deadline);
        boolean sound = false;
        ScheduledFuture<?> cut = null;
        try {
            Connection connection = link.isOpen() ? link.connection(deadline) : open(link, deadline);
            if (size > SMALL) {
                cut = context.timer().schedule(link::close, deadline.nanos(), TimeUnit.NANOSECONDS);
            }
            Object reply = connection.executeCommand(request);
            sound = true;
            return reply;
        } catch (JedisDataException e) {
            sound = true;
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
        RedisLink link = new RedisLink(address, context.threads());
        links.add(link);
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
        pool.clear();
        links.forEach(RedisLink::close);
    }
}
