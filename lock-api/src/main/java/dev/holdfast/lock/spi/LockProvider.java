package dev.holdfast.lock.spi;

import java.util.Set;

/**
 * Finds the driver for a URL; discovered through {@link java.util.ServiceLoader}. An implementation has a public
 * constructor without parameters that does no I/O and does not throw (rule P1), and is safe for use by several threads.
 */
public interface LockProvider {
    /** The URL schemes of this provider, lower case. Two providers of one scheme are an error (rule P2). */
    Set<String> schemes();

    /** The URL parameters that this provider understands beyond the common ones; all others are refused. */
    Set<String> parameters();

    /**
     * Connects and checks the store: version, privileges, settings, namespace record (rule P4).
     *
     * @throws StoreException if the store cannot be reached within {@link DriverOptions#connectTimeout()} or must not
     *     be used; nothing stays open then
     * @throws IllegalArgumentException if the URL or a parameter makes no sense for this store
     */
    LockDriver open(LockUrl url, DriverContext context);
}
