package dev.holdfast.lock.tck.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The cluster of docs/etcd.md with the queue of one lock, the clients with their sessions, and what is on the wire. A
 * third of the lease time is one tick.
 */
final class EtcdState extends WireState<EtcdState, EtcdState.Message, EtcdClient> {
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
    record Message(Kind kind, int id, int session, int n, int guard, int token)
            implements WireState.Message, Comparable<Message> {
        @Override
        public boolean isRequest() {
            return kind.isRequest();
        }

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

    /** What a checker remembers: acquires whose leave or release was answered. */
    final List<Integer> ended = new ArrayList<>();

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
        tickClients();
    }

    @Override
    public EtcdState copy() {
        EtcdState copy = new EtcdState();
        copy.copyFrom(this);
        copy.revision = revision;
        copy.leases.addAll(leases);
        copy.queue.addAll(queue);
        copy.ended.addAll(ended);
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EtcdState that
                && sharesAllWith(that)
                && revision == that.revision
                && leases.equals(that.leases)
                && queue.equals(that.queue)
                && ended.equals(that.ended);
    }

    @Override
    public int hashCode() {
        return Objects.hash(revision, faultsLeft, highestToken, leases, queue, clients, wire, ended);
    }
}
