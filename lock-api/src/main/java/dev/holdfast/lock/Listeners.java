package dev.holdfast.lock;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs user code away from the engine's own threads: bounded, and wide enough that one slow callback delays no other.
 */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final int THREADS_MAX = 32;

    private final ThreadPoolExecutor executor;

    Listeners(ThreadFactory threads) {
        executor = new ThreadPoolExecutor(
                THREADS_MAX, THREADS_MAX, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        executor.allowCoreThreadTimeOut(true);
    }

    void run(Runnable callback) {
        Runnable guarded = () -> {
            try {
                callback.run();
            } catch (RuntimeException e) {
                LOG.warn("A callback of the application failed", e);
            }
        };
        try {
            executor.execute(guarded);
        } catch (RejectedExecutionException closed) {
            // After close no client thread is left to run it, and a callback must not be lost: it runs here.
            guarded.run();
        }
    }

    /** Lets running and queued callbacks finish; their threads end one second later at the latest. */
    void close() {
        executor.shutdown();
    }
}
