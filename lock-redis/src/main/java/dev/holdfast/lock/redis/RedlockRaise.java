package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The second request of an acquire: servers that gave a lower token than the one settled on keep that one instead. */
final class RedlockRaise {
    private final RedlockNodes nodes;
    private final RedlockRound round;
    private final Map<Integer, Long> given;
    private final long token;

    RedlockRaise(RedlockNodes nodes, RedlockRound round, Map<Integer, Long> given, long token) {
        this.nodes = nodes;
        this.round = round;
        this.given = given;
        this.token = token;
    }

    /** Whether each server keeps the token, or a higher one, while this try is its holder. */
    RedlockTally<Boolean> send(Duration timeout) {
        return nodes.ask(this::known, this::raise, failed -> {}, timeout);
    }

    private Optional<Boolean> known(int node) {
        Long has = given.get(node);
        return has == null ? Optional.of(false) : has >= token ? Optional.of(true) : Optional.empty();
    }

    private boolean raise(int node, RedisConnection connection, Deadline deadline) throws InterruptedException {
        List<String> arguments = List.of(round.holder(), String.valueOf(given.get(node)), Long.toString(token));
        List<Long> reply;
        try {
            reply = connection.run(RedisScript.REDLOCK_RAISE, List.of(round.key()), arguments, deadline);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.UNKNOWN) {
                round.unsure(node);
            }
            throw e;
        }
        boolean raised = reply.get(0) == 1;
        if (raised) {
            round.raised(node, token);
        }
        return raised;
    }
}
