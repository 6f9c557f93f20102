package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** The servers of a Redlock, which know nothing of each other. Safe for use by several threads. */
final class RedlockNodes implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final List<RedlockNode> nodes;
    private final Ticker ticker;

    RedlockNodes(List<RedlockNode> nodes, Ticker ticker) {
        this.nodes = List.copyOf(nodes);
        this.ticker = ticker;
    }

    int size() {
        return nodes.size();
    }

    int majority() {
        return nodes.size() / 2 + 1;
    }

    RedlockNode node(int index) {
        return nodes.get(index);
    }

    Deadline within(Duration timeout) {
        return Deadline.after(ticker, timeout);
    }

    /** One to ask alone: any that can tell, so that none is asked more than the others. */
    RedlockNode any() {
        int first = ThreadLocalRandom.current().nextInt(nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            RedlockNode node = nodes.get((first + i) % nodes.size());
            if (node.knows()) {
                return node;
            }
        }
        return nodes.get(first);
    }

    /**
     * Now, in microseconds since 1970, by the median of the servers' clocks: a minority that is far off does not move
     * it. A proposal for a token and nothing else; no deadline follows from it.
     */
    long clock() {
        long[] known = nodes.stream()
                .filter(node -> node.ahead().isPresent())
                .mapToLong(node -> node.ahead().getAsLong())
                .sorted()
                .toArray();
        if (known.length == 0) {
            return 0;
        }
        return known[(known.length - 1) / 2] + TimeUnit.NANOSECONDS.toMicros(ticker.nanos());
    }

    /** Sends one request to each server at once. */
    <T> RedlockTally<T> askAll(IndexedRequest<T> request, Duration timeout) {
        return ask(index -> Optional.empty(), request, failed -> {}, timeout);
    }

    /**
     * Sends one request to each server at once, but to those whose answer is known.
     *
     * @param failed called for each server whose request has failed, or was not even sent
     */
    <T> RedlockTally<T> ask(
            IntFunction<Optional<T>> known, IndexedRequest<T> request, IntConsumer failed, Duration timeout) {
        RedlockTally<T> tally = new RedlockTally<>(this);
        Deadline deadline = within(timeout);
        for (int i = 0; i < nodes.size(); i++) {
            int index = i;
            Optional<T> answer = known.apply(i);
            if (answer.isPresent()) {
                tally.answered(i, answer.get());
                continue;
            }
            nodes.get(i)
                    .ask(
                            (connection, end) -> request.send(index, connection, end),
                            deadline,
                            given -> tally.answered(index, given),
                            failure -> {
                                tally.failed(index, failure);
                                failed.accept(index);
                            });
        }
        return tally;
    }

    /** A request to the server of this index. */
    @FunctionalInterface
    interface IndexedRequest<T> {
        T send(int index, RedisConnection connection, Deadline deadline) throws InterruptedException;
    }

    /** What to say when no majority can be had: that of the failures that tells most. */
    StoreException unavailable(List<StoreException> failures, boolean maybeExecuted) {
        int refused = 0;
        boolean executed = maybeExecuted;
        StringBuilder reasons = new StringBuilder();
        for (StoreException failure : failures) {
            refused += failure.kind() == StoreException.Kind.REFUSED ? 1 : 0;
            executed |= failure.kind() == StoreException.Kind.UNKNOWN;
            reasons.append(reasons.length() == 0 ? "" : "; ").append(failure.getMessage());
        }
        String what = "no majority of " + nodes.size() + " servers answers: " + reasons;
        StoreException cause = failures.isEmpty() ? null : failures.get(0);
        if (refused > nodes.size() - majority()) {
            return StoreException.refused(what, cause);
        }
        return executed ? StoreException.unknown(what, cause) : StoreException.notExecuted(what, cause);
    }

    /** Lets requests under way end, for a moment. */
    @Override
    public void close() {
        nodes.forEach(RedlockNode::stop);
        Deadline deadline = within(PATIENCE);
        nodes.forEach(node -> node.drain(deadline));
        abandon();
    }

    /** Cuts everything. */
    void abandon() {
        nodes.forEach(RedlockNode::close);
    }
}
