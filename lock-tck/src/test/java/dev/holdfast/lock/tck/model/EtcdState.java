package dev.holdfast.lock.tck.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The cluster of docs/etcd.md with the queue of one lock, the clients with their sessions, and what is on the wire. A
 * third of the lease time is one tick.
 */
final class EtcdState implements State<EtcdState> {
    static final int TTL = 3;

    /** What a message says. Requests first, then replies and the watch. */
    enum Kind {
        ENTER,
        LOOK,
        BUMP,
        DELETE,
        REVOKE,
        KEEP,
        GRANTED,
        WAITING,
        GONE,
        BUMPED,
        ENDED,
        REVOKED,
        KEPT,
        WAKE;

        boolean isRequest() {
            return compareTo(KEEP) <= 0;
        }
    }

    /**
     * A message in flight.
     *
     * @param id the acquire, or for a keep-alive the client
     * @param session the lease that it names
     * @param n number of the request, also in its reply
     * @param guard in enter what it compares, in bump the nonce, in bumped what the guard is now
     * @param token create revision of the own entry; 0 if there is none
     */
    record Message(Kind kind, int id, int session, int n, int guard, int token) implements Comparable<Message> {
        @Override
        public int compareTo(Message other) {
            int byKind = kind.compareTo(other.kind);
            int byId = byKind != 0 ? byKind : Integer.compare(id, other.id);
            int byNumber = byId != 0 ? byId : Integer.compare(n, other.n);
            return byNumber != 0 ? byNumber : Integer.compare(guard, other.guard);
        }

        @Override
        public String toString() {
            String about =
                    switch (kind) {
                        case ENTER, BUMPED -> ", guard " + guard + (token > 0 ? ", token " + token : "");
                        default -> token > 0 ? ", token " + token : "";
                    };
            return kind.name().toLowerCase(Locale.ROOT) + "(" + nameOf(id) + ", n=" + n + about + ")";
        }
    }

    /** A lease and its guard: ticks left, and the guard's revision (or its value, in a defect). */
    record Lease(int session, int left, int guard) {}

    /** An entry of the queue, oldest first. */
    record Entry(int id, int session, int created) {}

    int revision;
    final List<Lease> leases = new ArrayList<>();
    final List<Entry> queue = new ArrayList<>();
    final List<EtcdClient> clients = new ArrayList<>();
    final List<Message> wire = new ArrayList<>();
    int faultsLeft;

    /** Not part of the protocol: what a checker remembers. Acquires whose leave or release was answered. */
    final List<Integer> ended = new ArrayList<>();

    int highestToken;
    boolean tokenFell;

    static String nameOf(int id) {
        return (char) ('A' + clientOf(id)) + "" + (id % 4 + 1);
    }

    static int clientOf(int id) {
        return id / 4;
    }

    /** A message that its receiver would ignore is not sent, which makes no difference but to the number of states. */
    void send(Message message) {
        if (message.kind.isRequest() || clients.get(clientOf(message.id)).expects(message)) {
            wire.add(message);
            Collections.sort(wire);
        }
    }

    /** Takes off the wire what a client would ignore. */
    void settle(EtcdClient client) {
        wire.removeIf(message ->
                !message.kind.isRequest() && clientOf(message.id) == client.index && !client.expects(message));
    }

    int createdOf(int id) {
        return queue.stream()
                .filter(entry -> entry.id == id)
                .mapToInt(Entry::created)
                .findFirst()
                .orElse(0);
    }

    boolean isFirst(int id) {
        return !queue.isEmpty() && queue.get(0).id == id;
    }

    Lease lease(int session) {
        return leases.stream()
                .filter(lease -> lease.session == session)
                .findFirst()
                .orElse(new Lease(session, 0, 0));
    }

    void put(Lease lease) {
        leases.replaceAll(each -> each.session == lease.session ? lease : each);
    }

    /** Deletes this entry and tells the next one, if it had waited for it. */
    void delete(int id) {
        for (int i = 0; i < queue.size(); i++) {
            if (queue.get(i).id == id) {
                queue.remove(i);
                revision++;
                if (i < queue.size()) {
                    Entry next = queue.get(i);
                    send(new Message(Kind.WAKE, next.id, next.session, 0, 0, next.created));
                }
                return;
            }
        }
    }

    void end(int session) {
        leases.removeIf(lease -> lease.session == session);
        List.copyOf(queue).stream().filter(entry -> entry.session == session).forEach(entry -> delete(entry.id));
    }

    void tick() {
        leases.replaceAll(lease -> new Lease(lease.session, lease.left - 1, lease.guard));
        List.copyOf(leases).stream().filter(lease -> lease.left == 0).forEach(lease -> end(lease.session));
        clients.forEach(EtcdClient::tick);
        clients.forEach(this::settle);
    }

    @Override
    public EtcdState copy() {
        EtcdState copy = new EtcdState();
        copy.revision = revision;
        copy.leases.addAll(leases);
        copy.queue.addAll(queue);
        clients.forEach(client -> copy.clients.add(client.copy()));
        copy.wire.addAll(wire);
        copy.faultsLeft = faultsLeft;
        copy.ended.addAll(ended);
        copy.highestToken = highestToken;
        copy.tokenFell = tokenFell;
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EtcdState that
                && revision == that.revision
                && faultsLeft == that.faultsLeft
                && highestToken == that.highestToken
                && tokenFell == that.tokenFell
                && leases.equals(that.leases)
                && queue.equals(that.queue)
                && clients.equals(that.clients)
                && wire.equals(that.wire)
                && ended.equals(that.ended);
    }

    @Override
    public int hashCode() {
        return Objects.hash(revision, faultsLeft, highestToken, leases, queue, clients, wire, ended);
    }
}
