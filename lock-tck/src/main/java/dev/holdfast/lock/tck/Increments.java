package dev.holdfast.lock.tck;

import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.StaleTokenException;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.UnknownOutcomeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What increments of one register by several writers came to.
 *
 * @param value what it holds in the end
 * @param accepted increments that were acknowledged
 * @param unknown increments without an answer
 * @param refused increments with a token below the mark
 */
record Increments(long value, long accepted, long unknown, long refused) {
    private static final int WRITERS = 6;

    static Increments over(Stage stage, Supplier<Long> tokens) throws Exception {
        List<LockClient> clients = List.of(stage.steadyClient(), stage.steadyClient());
        String name = stage.name();
        long end = System.nanoTime() + Timing.contention().toNanos() / 3;
        List<Stage.Branch<Increments>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            RegisterTck.Cell cell = RegisterTck.Cell.of(clients.get(i % clients.size()), name);
            writers.add(stage.branch(() -> of(cell, tokens, end)));
        }
        long accepted = 0;
        long unknown = 0;
        long refused = 0;
        for (Stage.Branch<Increments> writer : writers) {
            Increments done = writer.join(Timing.contention().plus(Timing.patience()));
            accepted += done.accepted;
            unknown += done.unknown;
            refused += done.refused;
        }
        long value = value(RegisterTck.Cell.of(clients.get(0), name), tokens.get());
        return new Increments(value, accepted, unknown, refused);
    }

    private static Increments of(RegisterTck.Cell cell, Supplier<Long> tokens, long end) {
        long accepted = 0;
        long unknown = 0;
        long refused = 0;
        while (System.nanoTime() - end < 0) {
            long token = tokens.get();
            try {
                cell.write(token, Long.toString(value(cell, token) + 1));
                accepted++;
            } catch (StaleTokenException e) {
                refused++;
            } catch (UnknownOutcomeException e) {
                unknown++;
            } catch (StoreUnavailableException e) {
                // Certainly not done, by a store that is busy.
                refused++;
            }
        }
        return new Increments(0, accepted, unknown, refused);
    }

    private static long value(RegisterTck.Cell cell, long token) {
        return cell.read(token).map(Long::parseLong).orElse(0L);
    }

    /** Accepted increments that are not in the value, or ones that are and were neither accepted nor unknown. */
    long lost() {
        return value < accepted ? accepted - value : Math.max(0, value - accepted - unknown);
    }
}
