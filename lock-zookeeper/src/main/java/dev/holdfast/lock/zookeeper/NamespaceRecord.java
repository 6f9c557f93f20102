package dev.holdfast.lock.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What all clients of a namespace agree on. Every grant compares the version of the node that holds it, so that none is
 * made under an old one.
 *
 * @param protocol version of the stored layout
 * @param mode which of several protocols the namespace uses
 * @param scale tokens are {@code scale + order}; only ever raised
 * @param tick names the node whose version is the order; new whenever the order starts again
 */
record NamespaceRecord(int protocol, String mode, long scale, String tick) {
    static final int PROTOCOL = 1;
    static final String MODE = "queue";

    /**
     * A raise of less than this, in microseconds, is not worth a write that makes every client read the record. Shorter
     * than any connect, so that a swap of stores back and forth in an instant meets rising tokens too.
     */
    private static final long WORTHWHILE = 1_000;

    /** Where the order starts anew, long before the 32-bit version overflows. */
    static final int LAST_ORDER = 1 << 30;

    private static final long ORDERS = 1L << 31;

    static NamespaceRecord parse(String stored) {
        Map<String, String> fields = new HashMap<>();
        for (String line : stored.split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                fields.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String protocol = fields.getOrDefault("protocol", "");
        String scale = fields.getOrDefault("scale", "");
        if (!protocol.matches("\\d{1,9}") || !scale.matches("\\d{1,18}")) {
            throw new IllegalArgumentException("is not a namespace record of Holdfast");
        }
        return new NamespaceRecord(
                Integer.parseInt(protocol),
                fields.getOrDefault("mode", ""),
                Long.parseLong(scale),
                fields.getOrDefault("tick", ""));
    }

    byte[] bytes() {
        return ("protocol=" + protocol + "\nmode=" + mode + "\nscale=" + scale + "\ntick=" + tick + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    boolean isOurs() {
        return protocol == PROTOCOL && mode.equals(MODE);
    }

    /**
     * The record with its scale raised so far that the next token exceeds {@code floor} and is not behind the clock.
     *
     * @param order order of the last token, or an earlier one
     * @param clock microseconds since 1970
     * @param floor highest token that is known to have been in use
     * @return this record if a raise gains less than a millisecond and the floor is kept
     */
    NamespaceRecord raised(int order, long clock, long floor) {
        long raised = Math.max(scale, Math.max(clock, floor) - order);
        boolean keepsFloor = scale + order >= floor;
        return keepsFloor && raised - scale < WORTHWHILE ? this : new NamespaceRecord(protocol, mode, raised, tick);
    }

    /** The record with which the order starts again at a new node: above every token of the old one. */
    NamespaceRecord restarted(String newTick) {
        return new NamespaceRecord(protocol, mode, scale + ORDERS, newTick);
    }
}
