package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;

/**
 * Names to keys. The part in braces is the hash tag, so everything of one lock has one slot; braces in a name would end
 * it early and are escaped. Injective: a namespace has no slash, and the escape is reversible.
 */
final class RedisLayout {
    /** Version of the stored layout and of the scripts; also part of every lock's key. */
    static final String PROTOCOL = "1";

    /** What excludes whom: every client of a namespace must use the same. */
    static final String MODE = "single";

    /** In place of a channel: this waiter polls. */
    static final String NO_CHANNEL = "-";

    private static final String CHANNEL = "hf:wake:";

    private final String namespace;

    RedisLayout(String namespace) {
        this.namespace = namespace;
    }

    String record() {
        return "hf:meta:{" + namespace + "}";
    }

    String lock(LockName name) {
        return "hf:" + PROTOCOL + ":" + slot(name);
    }

    /** In the slot of the lock of the same name. */
    String register(LockName name) {
        return "hf:r" + PROTOCOL + ":" + slot(name);
    }

    private String slot(LockName name) {
        String escaped = name.value().replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
        return "{" + namespace + "/" + escaped + "}";
    }

    /** A key for the checks at open, which no lock can have. */
    String scratch(AcquisitionId id) {
        return "hf:0:{" + namespace + "/" + id + "}";
    }

    /** Where one client hears of its grants. */
    static String channel(AcquisitionId client) {
        return CHANNEL + client;
    }
}
