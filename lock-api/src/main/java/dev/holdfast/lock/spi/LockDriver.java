package dev.holdfast.lock.spi;

import java.util.List;
import java.util.Optional;

/**
 * One open connection to one store: the whole contract of a backend. Every method is <strong>one bounded store
 * request</strong> (or none) and safe for use by several threads. A method that cannot tell what happened throws
 * {@link StoreException} or answers <em>unknown</em>; it never guesses (rule E2).
 *
 * <p>The engine calls {@code enter} on the user's thread; {@code look} on that thread too or on one of its own; the
 * others on any thread. Calls for one acquisition id do not overlap, except that a request which was given up may still
 * be on its way to the store.
 */
public interface LockDriver extends AutoCloseable {
    /** What this driver and its store are. */
    DriverInfo info();

    /**
     * Asks for the lock, joining the queue if {@link AcquireRequest#mayWait()}. Idempotent in the id: repeated after a
     * lost answer it yields the same grant with the same token, or the same place in the queue (rule S6).
     *
     * @return {@link Answer.Granted}, {@link Answer.Waiting}, or {@link Answer.Busy} if the request does not wait
     * @throws InterruptedException if the thread was interrupted; the outcome is unknown then
     */
    Answer enter(AcquireRequest request) throws InterruptedException;

    /**
     * Asks how an acquire that waits is doing, and keeps its place in the queue alive. Never (re)enters the queue.
     *
     * @return {@link Answer.Granted}, {@link Answer.Waiting} or {@link Answer.Gone}
     * @throws InterruptedException if the thread was interrupted
     */
    Answer look(AcquireRequest request) throws InterruptedException;

    /**
     * Takes an acquire out of the queue and gives back a grant that raced with the wish to leave. After
     * {@link LeaveOutcome#GONE} no late request of this id can be granted any more (rule S10). Idempotent.
     */
    LeaveOutcome leave(AcquireRequest request);

    /**
     * Restarts the server-side timers of these grants, compared by acquisition id and token (rule S5), in as few store
     * requests as the store allows, independent of their number where possible (rule L6).
     *
     * @return one element for each grant, in order
     */
    List<Renewal> renew(List<Grant> grants);

    /**
     * Gives these grants back, compared by acquisition id and token in one atomic step each (rule S5), and lets the
     * next waiters in.
     *
     * @return one element for each grant, in order
     */
    List<ReleaseOutcome> release(List<Grant> grants);

    /**
     * The registers of this store, if the driver has them; then it states {@link Claim#FENCED_REGISTER}. The same
     * object in all calls; of no use once the driver is closed.
     */
    default Optional<RegisterDriver> registers() {
        return Optional.empty();
    }

    /**
     * Ends what {@link LockProvider#open} began, within {@link DriverOptions#storeTimeout()}: no thread and no
     * connection stays, but for objects that the user handed in. Does not throw. Idempotent.
     */
    @Override
    void close();
}
