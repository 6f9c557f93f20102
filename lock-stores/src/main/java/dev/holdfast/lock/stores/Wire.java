package dev.holdfast.lock.stores;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;

/** As much of the stores' protocols as it takes to tell which answer belongs to which request. */
final class Wire {
    private static final int HTTP2_PREFACE = 24;
    private static final int HTTP2_HEADER = 9;
    private static final int HTTP2_DATA = 0;
    private static final int HTTP2_HEADERS = 1;

    /** ReadyForQuery: type, length 5, transaction status. */
    private static final int READY_FOR_QUERY = 6;

    private Wire() {}

    static boolean contains(byte[] bytes, String text) {
        return contains(bytes, 0, bytes.length, text);
    }

    private static boolean contains(byte[] bytes, int from, int length, String text) {
        String needle = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1).contains(needle);
    }

    static boolean isRedisReply(byte[] chunk) {
        return chunk[0] != '>';
    }

    /** Ends with ReadyForQuery, however many chunks that takes. */
    static Predicate<byte[]> postgresReply() {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        return chunk -> {
            seen.writeBytes(chunk);
            byte[] all = seen.toByteArray();
            int at = all.length - READY_FOR_QUERY;
            return at >= 0 && all[at] == 'Z' && ByteBuffer.wrap(all).getInt(at + 1) == READY_FOR_QUERY - 1;
        };
    }

    /** Frames of ZooKeeper: length, xid, then for a request its type. */
    static Optional<Predicate<byte[]>> zooKeeperRequest(byte[] chunk, String text) {
        ByteBuffer bytes = ByteBuffer.wrap(chunk);
        while (bytes.remaining() >= 2 * Integer.BYTES) {
            int length = bytes.getInt();
            int start = bytes.position();
            if (length < Integer.BYTES || length > bytes.remaining()) {
                break;
            }
            int xid = bytes.getInt(start);
            // Pings, watches set again and the like have negative numbers; a new session reads as 0.
            if (xid > 0 && contains(chunk, start, length, text)) {
                return Optional.of(zooKeeperReply(xid));
            }
            bytes.position(start + length);
        }
        return Optional.empty();
    }

    private static Predicate<byte[]> zooKeeperReply(int xid) {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        return chunk -> {
            seen.writeBytes(chunk);
            ByteBuffer bytes = ByteBuffer.wrap(seen.toByteArray());
            while (bytes.remaining() >= 2 * Integer.BYTES) {
                int length = bytes.getInt();
                int start = bytes.position();
                if (bytes.getInt(start) == xid) {
                    return true;
                }
                if (length < Integer.BYTES || length > bytes.remaining()) {
                    break;
                }
                bytes.position(start + length);
            }
            return false;
        };
    }

    /** Frames of HTTP/2: length (3 bytes), type, flags, stream. A message of gRPC is in DATA frames of its stream. */
    static Optional<Predicate<byte[]>> etcdRequest(byte[] chunk, String text) {
        boolean first = chunk.length >= HTTP2_PREFACE && contains(chunk, 0, HTTP2_PREFACE, "PRI * HTTP/2.0");
        Http2Frames frames = new Http2Frames(chunk, first ? HTTP2_PREFACE : 0);
        while (frames.next()) {
            if (frames.type == HTTP2_DATA && frames.length > 0 && frames.contain(text)) {
                int stream = frames.stream;
                return Optional.of(etcdReply(stream));
            }
        }
        return Optional.empty();
    }

    private static Predicate<byte[]> etcdReply(int stream) {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        return chunk -> {
            seen.writeBytes(chunk);
            Http2Frames frames = new Http2Frames(seen.toByteArray(), 0);
            while (frames.next()) {
                if (frames.stream == stream && (frames.type == HTTP2_HEADERS || frames.type == HTTP2_DATA)) {
                    return true;
                }
            }
            return false;
        };
    }

    /** Walks the whole frames of some bytes that begin with a frame. */
    private static final class Http2Frames {
        private final byte[] bytes;
        private int at;
        private int next;
        private int length;
        private int type;
        private int stream;

        Http2Frames(byte[] bytes, int from) {
            this.bytes = bytes;
            this.next = from;
        }

        boolean next() {
            at = next;
            if (bytes.length - at < HTTP2_HEADER) {
                return false;
            }
            ByteBuffer header = ByteBuffer.wrap(bytes, at, HTTP2_HEADER);
            int lengthAndType = header.getInt();
            length = lengthAndType >>> Byte.SIZE;
            type = lengthAndType & 0xFF;
            stream = header.getInt(at + Integer.BYTES + 1) & Integer.MAX_VALUE;
            next = at + HTTP2_HEADER + length;
            return next <= bytes.length;
        }

        boolean contain(String text) {
            return contains(bytes, at + HTTP2_HEADER, length, text);
        }
    }

    /** What a client sends on the connection on which the store is to push to it; empty where there is none. */
    static String subscription(StoreKind kind) {
        return switch (kind) {
            case REDIS -> "SUBSCRIBE";
            case POSTGRES -> "LISTEN ";
            case ETCD, ZOOKEEPER -> "";
        };
    }
}
