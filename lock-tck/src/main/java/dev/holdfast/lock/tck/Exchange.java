package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import org.opentest4j.AssertionFailedError;

/** Requests to a driver as the engine would send them, one by one. */
final class Exchange {
    private Exchange() {}

    /** Enters and must be granted the lock at once. */
    static Grant granted(LockDriver driver, AcquireRequest request) throws InterruptedException {
        Answer answer = driver.enter(request);
        if (answer instanceof Answer.Granted granted) {
            return granted.grant();
        }
        throw new AssertionFailedError("lock '" + request.name() + "' is free, but the answer is " + answer);
    }

    /** Looks until the lock is granted. */
    static Grant awaitGrant(LockDriver driver, AcquireRequest request) throws Exception {
        Answer[] last = new Answer[1];
        if (!Await.holdsWithin(Timing.patience(), () -> {
            last[0] = driver.look(request);
            return last[0] instanceof Answer.Granted;
        })) {
            throw new AssertionFailedError("lock '" + request.name() + "' is not granted to its waiter: " + last[0]);
        }
        return ((Answer.Granted) last[0]).grant();
    }

    /** The same acquire after a lost reply. */
    static AcquireRequest unanswered(AcquireRequest request) {
        return new AcquireRequest(request.id(), request.name(), request.mayWait(), true, request.timeout());
    }
}
