package dev.holdfast.lock.stores;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Chooses the request whose reply a {@link FaultProxy} loses. The request goes to the store; once the store has
 * answered it, which proves that it was applied, the answer is dropped and the connection reset.
 *
 * <p>A proxy sees chunks of bytes, not requests: whatever one read from the socket gave. Client libraries write a
 * request of less than some kilobytes in one piece, so a chunk holds one or several whole requests.
 */
@FunctionalInterface
public interface LostReply {
    /**
     * Looks at a chunk that a client sent.
     *
     * @return empty when this is not the request; else a test that is given each chunk the store then sends on this
     *     connection and is true for the first one that answers the request. Chunks before that are dropped too
     */
    Optional<Predicate<byte[]>> match(byte[] request);

    /** The next chunk of a client, whatever it is; the answer is whatever the store sends next. */
    static LostReply any() {
        return request -> Optional.of(answer -> true);
    }

    /** The next chunk with this text, as UTF-8; the answer is whatever the store sends next on that connection. */
    static LostReply containing(String text) {
        return request -> Wire.contains(request, text) ? Optional.of(answer -> true) : Optional.empty();
    }

    /**
     * The next request of that store's protocol that contains the text, as UTF-8; an empty text means any request. What
     * the text can be, and what counts as the answer:
     *
     * <ul>
     *   <li>Redis: any word of the command, such as {@code EVALSHA}, a script's digest, a key or argument; the next
     *       reply, but not a push message of RESP 3.
     *   <li>etcd: bytes of the message, such as a key or value (method names are compressed and do not match); the next
     *       headers or data on the same HTTP/2 stream, so pings, window updates and other calls do not count.
     *   <li>ZooKeeper: a znode's path or data; the reply with the same xid, so watch events and pings do not count. An
     *       empty text matches no ping and no new session.
     *   <li>PostgreSQL: SQL, a prepared statement's name, or a parameter sent as text; the next "ready for query", so
     *       notifications do not count.
     * </ul>
     */
    static LostReply of(StoreKind kind, String text) {
        return switch (kind) {
            case REDIS -> request -> Wire.contains(request, text) ? Optional.of(Wire::isRedisReply) : Optional.empty();
            case ETCD -> request -> Wire.etcdRequest(request, text);
            case ZOOKEEPER -> request -> Wire.zooKeeperRequest(request, text);
            case POSTGRES ->
                request -> Wire.contains(request, text) ? Optional.of(Wire.postgresReply()) : Optional.empty();
        };
    }
}
