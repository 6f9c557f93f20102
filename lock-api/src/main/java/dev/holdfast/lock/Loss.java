package dev.holdfast.lock;

import dev.holdfast.lock.spi.LossReason;

/**
 * A lease was lost.
 *
 * @param lockName the lock
 * @param fencingToken the token of the lost lease
 * @param reason why
 */
public record Loss(String lockName, long fencingToken, LossReason reason) {}
