package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** When a request must be over. Immutable. */
final class Deadline {
    private final Ticker ticker;
    private final long at;

    private Deadline(Ticker ticker, long at) {
        this.ticker = ticker;
        this.at = at;
    }

    static Deadline after(Ticker ticker, Duration timeout) {
        return new Deadline(ticker, ticker.nanos() + timeout.toNanos());
    }

    /** The earlier of this and one that begins now. */
    Deadline atMost(Duration timeout) {
        return timeout.toNanos() < nanos() ? after(ticker, timeout) : this;
    }

    /** Time left, in nanoseconds; not positive when it is over. */
    long nanos() {
        return at - ticker.nanos();
    }

    /** Time left as sockets and pools want it: whole milliseconds, at least 1. */
    int millis() {
        long left = TimeUnit.NANOSECONDS.toMillis(nanos() + 999_999);
        return (int) Math.max(1, Math.min(left, Integer.MAX_VALUE));
    }

    boolean isOver() {
        return nanos() <= 0;
    }
}
