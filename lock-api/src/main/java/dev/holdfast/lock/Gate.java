package dev.holdfast.lock;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;

/**
 * Lets new acquires fail fast while the store does not answer. Renew, release and leave never ask it: a breaker that
 * acquires have tripped must not cost the leases that are held (rule E5).
 */
final class Gate {
    private static final int FAILURES = 10;
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final CircuitBreaker<Object> breaker = CircuitBreaker.builder()
            .withFailureThreshold(FAILURES, WINDOW)
            .withSuccessThreshold(1)
            .withDelay(RETRY_AFTER)
            .build();

    /** Whether a request may be sent now; each permit is answered by exactly one of the calls below. */
    boolean permits() {
        return breaker.tryAcquirePermit();
    }

    void answered() {
        breaker.recordSuccess();
    }

    void failed() {
        breaker.recordFailure();
    }

    /** The caller was interrupted: says nothing about the store, but a permit of a half-open breaker must come back. */
    void undecided() {
        if (breaker.isHalfOpen()) {
            breaker.recordFailure();
        }
    }
}
