package dev.holdfast.lock.spi;

import java.time.Duration;

/**
 * One call of {@link LockDriver#enter}, {@link LockDriver#look} or {@link LockDriver#leave} for one logical acquire.
 *
 * @param id identity of the logical acquire, the same in all its calls
 * @param name the lock
 * @param mayWait whether the caller waits for the lock; {@code false} asks for {@link Answer.Busy} instead of a place
 *     in
 *     the queue
 * @param unanswered whether an earlier request of this id was sent and never answered, so that it may still be
 *     executed, now or later
 * @param timeout upper bound of this call: the driver throws {@link StoreException} no later than this, plus
 *     scheduling; never more than {@link DriverOptions#storeTimeout()}, never beyond the caller's budget
 */
public record AcquireRequest(AcquisitionId id, LockName name, boolean mayWait, boolean unanswered, Duration timeout) {}
