package dev.holdfast.lock.spi;

import java.time.Clock;
import java.time.Instant;

/**
 * The wall clock that fencing tokens start from, in microseconds since 1970. One of the two classes that read a wall
 * clock: deadlines never do. A token needs it only to stay ahead of tokens from another store or from data that was
 * lost; inside one store tokens rise without any clock (rule S2).
 */
@FunctionalInterface
public interface TokenClock {
    /** The clock of this machine. */
    TokenClock SYSTEM = new TokenClock() {
        private final Clock clock = Clock.systemUTC();

        @Override
        public long micros() {
            Instant now = clock.instant();
            return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000L), now.getNano() / 1_000);
        }
    };

    /** Microseconds since 1970-01-01T00:00:00Z. */
    long micros();
}
