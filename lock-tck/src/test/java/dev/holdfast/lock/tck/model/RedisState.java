package dev.holdfast.lock.tck.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The server of docs/redis.md with one lock, the clients that want it and what is on the wire between them. Times are
 * ticks; a third of a lease is one tick.
 */
final class RedisState extends WireState<RedisState, RedisState.Message, RedisClient> {
    static final int LEASE = 3;
    static final int BURIED = 2 * LEASE;

    /** What a message says. Requests first, then replies, then the channel. */
    enum Kind {
        ENTER,
        LOOK,
        LEAVE,
        RENEW,
        RELEASE,
        GRANTED,
        WAITING,
        GONE,
        RENEWED,
        ENDED,
        PUSH;

        boolean isRequest() {
            return compareTo(RELEASE) <= 0;
        }
    }

    /**
     * A message in flight.
     *
     * @param id the acquire that it is about
     * @param n number of the request, also in its reply; in a push, of the last request that the server had processed
     * @param token of the grant, else 0
     * @param unanswered in leave and release: leave a tombstone
     */
    record Message(Kind kind, int id, int n, int token, boolean unanswered)
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
            return byNumber != 0 ? byNumber : Integer.compare(token, other.token);
        }

        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT) + "(" + nameOf(id) + ", n=" + n
                    + (token > 0 ? ", token " + token : "") + (unanswered ? ", unanswered" : "") + ")";
        }
    }

    /** A place in the queue: the highest request number heard of, and how long ago. */
    record Place(int id, int n, int age) {}

    /** Something about an id that is over after this many ticks. */
    record Until(int id, int left) {}

    int token;
    int owner = -1;
    int ownerToken;
    int ownerLeft;
    final List<Place> queue = new ArrayList<>();
    final List<Until> tombstones = new ArrayList<>();

    /** What a checker remembers: ids that have left or released. */
    final List<Until> ended = new ArrayList<>();

    boolean owns(int id) {
        return owner == id;
    }

    boolean queued(int id) {
        return queue.stream().anyMatch(place -> place.id == id);
    }

    static boolean contains(List<Until> list, int id) {
        return list.stream().anyMatch(each -> each.id == id);
    }

    void tick() {
        if (owner >= 0 && --ownerLeft == 0) {
            free();
        }
        queue.replaceAll(place -> new Place(place.id, place.n, Math.min(place.age + 1, LEASE)));
        countDown(tombstones);
        countDown(ended);
        tickClients();
    }

    private static void countDown(List<Until> list) {
        list.replaceAll(each -> new Until(each.id, each.left - 1));
        list.removeIf(each -> each.left == 0);
    }

    void free() {
        owner = -1;
        ownerToken = 0;
        ownerLeft = 0;
    }

    @Override
    public RedisState copy() {
        RedisState copy = new RedisState();
        copy.copyFrom(this);
        copy.token = token;
        copy.owner = owner;
        copy.ownerToken = ownerToken;
        copy.ownerLeft = ownerLeft;
        copy.queue.addAll(queue);
        copy.tombstones.addAll(tombstones);
        copy.ended.addAll(ended);
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RedisState that
                && sharesAllWith(that)
                && token == that.token
                && owner == that.owner
                && ownerToken == that.ownerToken
                && ownerLeft == that.ownerLeft
                && queue.equals(that.queue)
                && tombstones.equals(that.tombstones)
                && ended.equals(that.ended);
    }

    @Override
    public int hashCode() {
        return Objects.hash(token, owner, ownerToken, ownerLeft, faultsLeft, queue, tombstones, clients, wire, ended);
    }
}
