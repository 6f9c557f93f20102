package dev.holdfast.lock.tck.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the models of a queue share: clients, the messages between them and the server, and what a checker remembers.
 *
 * @param <S> the state itself
 * @param <M> its messages
 * @param <C> its clients
 */
abstract class WireState<S, M extends WireState.Message & Comparable<M>, C extends WireState.Client<M, C>>
        implements State<S> {
    /** A message about an acquire. */
    interface Message {
        /** The acquire: four times the index of its client, and a number below four. */
        int id();

        /** Whether it is for the server. */
        boolean isRequest();
    }

    /** Whoever acquires. */
    interface Client<M, C> {
        /** Its place among the clients. */
        int index();

        /** Whether this reply or push is not ignored. */
        boolean expects(M message);

        /** Time passes. */
        void tick();

        /** An independent copy. */
        C copy();
    }

    final List<C> clients = new ArrayList<>();
    final List<M> wire = new ArrayList<>();
    int faultsLeft;

    /** Not part of the protocol: what a checker remembers. */
    int highestToken;

    boolean tokenFell;

    static String nameOf(int id) {
        return (char) ('A' + clientOf(id)) + "" + (id % 4 + 1);
    }

    static int clientOf(int id) {
        return id / 4;
    }

    /** A message that its receiver would ignore is not sent, which makes no difference but to the number of states. */
    final void send(M message) {
        if (message.isRequest() || clients.get(clientOf(message.id())).expects(message)) {
            wire.add(message);
            Collections.sort(wire);
        }
    }

    /** Takes off the wire what a client would ignore. */
    final void settle(C client) {
        wire.removeIf(message ->
                !message.isRequest() && clientOf(message.id()) == client.index() && !client.expects(message));
    }

    final void tickClients() {
        clients.forEach(C::tick);
        clients.forEach(this::settle);
    }

    final void copyFrom(WireState<S, M, C> original) {
        original.clients.forEach(client -> clients.add(client.copy()));
        wire.addAll(original.wire);
        faultsLeft = original.faultsLeft;
        highestToken = original.highestToken;
        tokenFell = original.tokenFell;
    }

    final boolean sharesAllWith(WireState<S, M, C> that) {
        return faultsLeft == that.faultsLeft
                && highestToken == that.highestToken
                && tokenFell == that.tokenFell
                && clients.equals(that.clients)
                && wire.equals(that.wire);
    }
}
