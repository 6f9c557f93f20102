package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class LostReplyTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] http2(int type, int stream, String payload) {
        byte[] body = bytes(payload);
        ByteBuffer frame = ByteBuffer.allocate(9 + body.length);
        frame.putInt(body.length << 8 | type).put((byte) 0).putInt(stream).put(body);
        return frame.array();
    }

    private static byte[] zooKeeper(int xid, String payload) {
        byte[] body = bytes(payload);
        return ByteBuffer.allocate(8 + body.length)
                .putInt(4 + body.length)
                .putInt(xid)
                .put(body)
                .array();
    }

    private static Predicate<byte[]> answer(StoreKind kind, String text, byte[] request) {
        Optional<Predicate<byte[]>> answer = LostReply.of(kind, text).match(request);
        assertTrue(answer.isPresent(), "the request matches");
        return answer.get();
    }

    @Test
    void etcdMatchesTheMessageAndTheAnswerOfItsStream() {
        byte[] preface = bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        byte[] request = join(preface, http2(4, 0, ""), http2(1, 3, "head"), http2(0, 3, "..lock/a.."));
        LostReply which = LostReply.of(StoreKind.ETCD, "lock/a");
        assertTrue(which.match(join(http2(1, 5, "lock/a"))).isEmpty(), "headers are no message");
        assertTrue(which.match(http2(0, 5, "lock/b")).isEmpty());
        Predicate<byte[]> answer = answer(StoreKind.ETCD, "lock/a", request);
        assertFalse(answer.test(join(http2(8, 0, "wind"), http2(6, 0, "pingping"))));
        assertFalse(answer.test(http2(8, 3, "wind")), "a window update of the stream is no answer");
        assertFalse(answer.test(http2(0, 1, "watch event")));
        assertTrue(answer.test(join(http2(0, 1, "watch event"), http2(1, 3, "head"))));
    }

    @Test
    void zooKeeperMatchesThePathAndTheReplyWithTheSameXid() {
        byte[] request = join(zooKeeper(7, "....other"), zooKeeper(8, "..../lock/a"), zooKeeper(9, "..../lock"));
        Predicate<byte[]> answer = answer(StoreKind.ZOOKEEPER, "/lock/a", request);
        byte[] reply = zooKeeper(8, "zxidzxiderrr");
        assertFalse(answer.test(join(zooKeeper(-2, "zxidzxiderrr"), zooKeeper(7, "zxidzxiderrr"))));
        assertFalse(answer.test(new byte[] {0, 0}), "half a length");
        assertTrue(answer.test(join(new byte[] {0, 4}, bytes("\0\0\0\u0007"), reply)) || answer.test(reply));
    }

    @Test
    void zooKeeperTakesNoPingForARequest() {
        assertTrue(LostReply.of(StoreKind.ZOOKEEPER, "")
                .match(zooKeeper(-2, "\0\0\0\u000b"))
                .isEmpty());
        assertTrue(LostReply.of(StoreKind.ZOOKEEPER, "")
                .match(zooKeeper(0, "connect"))
                .isEmpty());
        assertTrue(LostReply.of(StoreKind.ZOOKEEPER, "")
                .match(zooKeeper(1, "read"))
                .isPresent());
    }

    @Test
    void redisPushIsNoReply() {
        Predicate<byte[]> answer = answer(StoreKind.REDIS, "EVALSHA", bytes("*3\r\n$7\r\nEVALSHA\r\n"));
        assertFalse(answer.test(bytes(">3\r\n$7\r\nmessage\r\n")));
        assertTrue(answer.test(bytes("+OK\r\n")));
    }

    @Test
    void postgresAnswersWithReadyForQuery() {
        Predicate<byte[]> answer = answer(StoreKind.POSTGRES, "INSERT INTO lock", bytes("Q....INSERT INTO lock"));
        assertFalse(answer.test(bytes("A....notification")));
        assertFalse(answer.test(bytes("C....INSERT 0 1\0Z")), "split inside the message");
        assertTrue(answer.test(bytes("\0\0\0\u0005I")));
    }
}
