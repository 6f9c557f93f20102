package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.LockName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the node of a register holds: {@code mark NUL name [NUL value]}, the mark in decimal. The name is there for
 * people, because a long one does not stand in the path; no name contains NUL.
 *
 * @param mark highest token seen
 * @param value empty if nothing was ever written
 */
record MarkedData(long mark, Optional<byte[]> value) {
    private static final byte END = 0;

    /**
     * Reads it from the node's data.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static MarkedData parse(byte[] data) {
        int name = indexOfEnd(data, 0);
        int value = indexOfEnd(data, name + 1);
        String mark = new String(data, 0, name, StandardCharsets.US_ASCII);
        Optional<byte[]> written =
                value == data.length ? Optional.empty() : Optional.of(Arrays.copyOfRange(data, value + 1, data.length));
        return new MarkedData(Long.parseLong(mark), written);
    }

    private static int indexOfEnd(byte[] data, int from) {
        int at = from;
        while (at < data.length && data[at] != END) {
            at++;
        }
        return Math.min(at, data.length);
    }

    byte[] bytes(LockName name) {
        byte[] head = (mark + "\0" + name.value()).getBytes(StandardCharsets.UTF_8);
        return value.map(written -> ByteBuffer.allocate(head.length + 1 + written.length)
                        .put(head)
                        .put(END)
                        .put(written)
                        .array())
                .orElse(head);
    }
}
