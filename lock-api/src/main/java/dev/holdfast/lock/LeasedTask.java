package dev.holdfast.lock;

/**
 * Work that is done while a lock is held.
 *
 * @param <T> what it returns
 * @param <X> what it throws; {@link RuntimeException} if nothing checked
 */
@FunctionalInterface
public interface LeasedTask<T, X extends Exception> {
    /** Does the work; pass {@link Lease#fencingToken()} to the resource before the first read. */
    T run(Lease lease) throws X, InterruptedException;
}
