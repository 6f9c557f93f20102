package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import java.util.List;
import java.util.function.Function;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * A script with its keys and arguments, to be sent once. Where replicas must confirm, one that may grant is followed by
 * {@code WAIT} on the same connection, in the same round trip: a grant is believed only when enough of them have it.
 */
final class ScriptRequest implements Function<Connection, Object> {
    private final RedisScript script;
    private final CommandArguments command;
    private final int replicas;
    private final Deadline deadline;
    private int size;
    private boolean asking;

    /** @param replicas how many of them must confirm; 0 for none */
    ScriptRequest(RedisScript script, boolean bySha, int replicas, Deadline deadline) {
        this.script = script;
        this.replicas = replicas;
        this.deadline = deadline;
        this.command = new CommandArguments(bySha ? Protocol.Command.EVALSHA : Protocol.Command.EVAL);
        add(bySha ? script.sha() : script.text(), 1);
    }

    ScriptRequest with(List<String> keys, List<String> arguments) {
        add(Integer.toString(keys.size()), 1);
        keys.forEach(key -> add(key, 3));
        arguments.forEach(argument -> add(argument, 1));
        return this;
    }

    private void add(String part, int bytesOfACharacter) {
        command.add(part);
        size += bytesOfACharacter * part.length();
    }

    /** The same, which a node that imports the slot executes too. */
    ScriptRequest asking() {
        asking = true;
        return this;
    }

    /** At least as many bytes as are written, but for the frame of each part. */
    int size() {
        return size;
    }

    /** Sends it and reads the reply. */
    @Override
    public Object apply(Connection connection) {
        write(connection);
        boolean confirmed = replicas > 0 && script.mayPromise();
        if (confirmed) {
            connection.sendCommand(new CommandArguments(Protocol.Command.WAIT)
                    .add(Integer.toString(replicas))
                    .add(Integer.toString(Math.max(1, deadline.millis() * 3 / 4))));
        }
        List<Object> replies = connection.getMany((asking ? 1 : 0) + (confirmed ? 2 : 1));
        for (Object reply : replies) {
            if (reply instanceof JedisDataException error) {
                throw error;
            }
        }
        Object reply = replies.get(asking ? 1 : 0);
        if (confirmed && script.promises((List<?>) reply)) {
            long copies = (Long) replies.get(replies.size() - 1);
            if (copies < replicas) {
                throw StoreException.unknown(
                        "granted, but only " + copies + " of " + replicas + " replicas have confirmed it in time",
                        null);
            }
        }
        return reply;
    }

    private void write(Connection connection) {
        if (asking) {
            connection.sendCommand(Protocol.Command.ASKING);
        }
        connection.sendCommand(command);
    }

    /** Sends all of them, then reads the replies, or the errors in their place; none of them waits for replicas. */
    static List<Object> pipelined(List<ScriptRequest> requests, Connection connection) {
        requests.forEach(request -> request.write(connection));
        return connection.getMany(requests.size());
    }
}
