package dev.holdfast.lock.spi;

/**
 * The monotonic clock of a client. Every deadline is counted on it, never on the wall clock (rule D1). Compare
 * readings by subtraction only; they may wrap.
 */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds since an arbitrary origin; also advances while the machine is suspended. */
    long nanos();
}
