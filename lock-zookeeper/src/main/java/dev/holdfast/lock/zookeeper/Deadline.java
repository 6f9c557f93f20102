package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;

/**
 * When a bounded call ends.
 *
 * @param ticker the clock
 * @param at reading of the clock at the end
 */
record Deadline(Ticker ticker, long at) {
    static Deadline after(Ticker ticker, Duration time) {
        return new Deadline(ticker, ticker.nanos() + time.toNanos());
    }

    long remainingNanos() {
        return Math.max(0, at - ticker.nanos());
    }
}
