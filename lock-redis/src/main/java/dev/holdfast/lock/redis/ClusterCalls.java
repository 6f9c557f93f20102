package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Over the nodes of a Cluster, each with connections of its own. A script goes to the node that has its slot; {@code
 * MOVED} and {@code ASK} prove that nothing was executed, and are followed. Nothing else is repeated here.
 */
final class ClusterCalls implements RedisCalls {
    private static final int MOST_REDIRECTIONS = 5;

    private final RedisAddress address;
    private final DriverContext context;
    private final int replicas;
    private final ClusterSlots slots;
    private final Map<LockUrl.Host, PooledCalls> nodes = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile @Nullable PooledCalls subscribed;
    private volatile boolean closed;

    ClusterCalls(RedisAddress address, DriverContext context, int replicas) {
        this.address = address;
        this.context = context;
        this.replicas = replicas;
        this.slots = new ClusterSlots(address.hosts(), context.ticker());
    }

    private PooledCalls node(LockUrl.Host host) {
        PooledCalls node = nodes.computeIfAbsent(
                host,
                missing -> new PooledCalls(address.at(missing), context, new ConnectGate(context.ticker()), replicas));
        if (closed) {
            node.close();
        }
        return node;
    }

    @Override
    public boolean isCluster() {
        return true;
    }

    @Override
    public Object evalsha(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        return routed(new ScriptRequest(script, true, replicas, deadline).with(keys, arguments), keys.get(0), deadline);
    }

    @Override
    public Object eval(RedisScript script, List<String> keys, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        return routed(
                new ScriptRequest(script, false, replicas, deadline).with(keys, arguments), keys.get(0), deadline);
    }

    private Object routed(ScriptRequest request, String key, Deadline deadline) throws InterruptedException {
        int slot = JedisClusterCRC16.getSlot(key);
        refresh(deadline);
        LockUrl.Host host = slots.of(slot);
        boolean asking = false;
        for (int i = 0; i <= MOST_REDIRECTIONS && !deadline.isOver(); i++) {
            try {
                return node(host).script(asking ? request.asking() : request, deadline);
            } catch (JedisRedirectionException e) {
                host = target(e);
                asking = e instanceof JedisAskDataException;
                if (e instanceof JedisMovedDataException) {
                    slots.moved(slot, host);
                }
            } catch (StoreException | JedisClusterException | JedisConnectionException e) {
                // The node may be gone, and its slots another's.
                slots.doubt();
                throw e;
            }
        }
        throw StoreException.notExecuted(address + ": slot " + slot + " is on the move; no node has it yet", null);
    }

    private static LockUrl.Host target(JedisRedirectionException redirection) {
        return new LockUrl.Host(
                redirection.getTargetNode().getHost(),
                redirection.getTargetNode().getPort());
    }

    /** One pipeline for each node; what a node redirects, or has not loaded, is sent once more by itself. */
    @Override
    public List<Object> evalEach(RedisScript script, List<String> keys, List<List<String>> arguments, Deadline deadline)
            throws InterruptedException {
        refresh(deadline);
        Map<LockUrl.Host, List<Integer>> byNode = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            LockUrl.Host host = slots.of(JedisClusterCRC16.getSlot(keys.get(i)));
            byNode.computeIfAbsent(host, first -> new ArrayList<>()).add(i);
        }
        Object[] replies = new Object[keys.size()];
        for (Map.Entry<LockUrl.Host, List<Integer>> part : byNode.entrySet()) {
            List<ScriptRequest> requests = part.getValue().stream()
                    .map(i -> new ScriptRequest(script, true, replicas, deadline)
                            .with(List.of(keys.get(i)), arguments.get(i)))
                    .toList();
            List<Object> answers = pipelined(part.getKey(), requests, deadline);
            for (int i = 0; i < answers.size(); i++) {
                int which = part.getValue().get(i);
                Object answer = answers.get(i);
                replies[which] = answer instanceof JedisRedirectionException || answer instanceof JedisNoScriptException
                        ? alone(script, keys.get(which), arguments.get(which), deadline)
                        : answer;
            }
        }
        return List.of(replies);
    }

    private List<Object> pipelined(LockUrl.Host host, List<ScriptRequest> requests, Deadline deadline)
            throws InterruptedException {
        try {
            return node(host).scripts(requests, deadline);
        } catch (StoreException | JedisConnectionException e) {
            slots.doubt();
            return requests.stream().map(request -> (Object) e).toList();
        }
    }

    private Object alone(RedisScript script, String key, List<String> arguments, Deadline deadline)
            throws InterruptedException {
        try {
            return eval(script, List.of(key), arguments, deadline);
        } catch (StoreException | JedisDataException | JedisConnectionException e) {
            return e;
        }
    }

    /** Asks for the map of the slots if it is in doubt: the nodes one after the other, each within its share. */
    private void refresh(Deadline deadline) throws InterruptedException {
        if (!slots.mustAsk()) {
            return;
        }
        List<LockUrl.Host> known = slots.known();
        for (int i = 0; i < known.size() && !deadline.isOver(); i++) {
            Deadline share = deadline.atMost(Duration.ofNanos(deadline.nanos() / (known.size() - i + 1)));
            try {
                slots.learn(node(known.get(i)).slots(share), known.get(i));
                return;
            } catch (StoreException | JedisDataException | JedisConnectionException e) {
                slots.doubt();
            }
        }
    }

    /** Of the primary that fits least: one that evicts, else the first that answers. */
    @Override
    public String info(Deadline deadline) throws InterruptedException {
        refresh(deadline);
        String first = "";
        for (LockUrl.Host host : slots.primaries()) {
            String info = node(host).info(deadline);
            if (!info.contains("maxmemory_policy:noeviction")) {
                return info;
            }
            first = first.isEmpty() ? info : first;
        }
        return first;
    }

    @Override
    public void delete(String key, Deadline deadline) throws InterruptedException {
        refresh(deadline);
        node(slots.of(JedisClusterCRC16.getSlot(key))).delete(key, deadline);
    }

    /** On any node, another each time: every node hears what is published on one. */
    @Override
    public void subscribe(JedisPubSub listener, String channel, Deadline deadline) throws InterruptedException {
        refresh(deadline);
        List<LockUrl.Host> known = slots.primaries();
        PooledCalls node = node(known.get(Math.floorMod(turn.getAndIncrement(), known.size())));
        subscribed = node;
        node.subscribe(listener, channel, deadline);
    }

    @Override
    public void subscribed() {
        PooledCalls node = subscribed;
        if (node != null) {
            node.subscribed();
        }
    }

    @Override
    public void unsubscribe(JedisPubSub listener) {
        PooledCalls node = subscribed;
        if (node != null) {
            node.unsubscribe(listener);
        }
    }

    @Override
    public void close() {
        closed = true;
        nodes.values().forEach(PooledCalls::close);
    }
}
