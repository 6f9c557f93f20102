package dev.holdfast.lock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a client when the JVM shuts down in order, and is forgotten when the client closes before that. */
final class ShutdownHook {
    static final ShutdownHook NONE = new ShutdownHook(null);

    private static final Logger LOG = LoggerFactory.getLogger(ShutdownHook.class);

    private final @Nullable Thread hook;

    private ShutdownHook(@Nullable Thread hook) {
        this.hook = hook;
    }

    static ShutdownHook add(Runnable close) {
        Thread hook = new Thread(close, "holdfast-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return new ShutdownHook(hook);
    }

    void remove() {
        if (hook == null || hook == Thread.currentThread()) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            LOG.debug("The JVM shuts down already; the hook will find the client closed");
        }
    }
}
