package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;

/** When a call of the driver must be over, shared by all the requests that it needs. */
record RequestDeadline(Ticker ticker, long end) {
    static RequestDeadline in(Ticker ticker, Duration timeout) {
        return new RequestDeadline(ticker, ticker.nanos() + timeout.toNanos());
    }

    /** What is left, never below zero. */
    long nanosLeft() {
        return Math.max(0, end - ticker.nanos());
    }

    boolean over() {
        return nanosLeft() == 0;
    }
}
