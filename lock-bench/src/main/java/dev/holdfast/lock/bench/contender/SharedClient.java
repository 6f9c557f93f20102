package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Contender.Client;
import dev.holdfast.lock.bench.run.Contender.Hand;
import java.util.concurrent.Callable;

/** A client made of what opens a hand and what closes everything. */
record SharedClient(Callable<Hand> hands, AutoCloseable end) implements Client {
    static Client of(Callable<Hand> hands, AutoCloseable end) {
        return new SharedClient(hands, end);
    }

    /** Hands that have nothing in common. */
    static Client of(Callable<Hand> hands) {
        return new SharedClient(hands, () -> {});
    }

    @Override
    public Contender.Hand hand() throws Exception {
        return hands.call();
    }

    @Override
    public void close() throws Exception {
        end.close();
    }
}
