/**
 * What a driver for a store implements. Users of locks need {@code dev.holdfast.lock} only, plus the value types
 * {@link dev.holdfast.lock.spi.Claim} and {@link dev.holdfast.lock.spi.LossReason}.
 *
 * <p>A driver answers single, bounded store requests; waiting, deadlines, retries, renewal, cancellation and loss are
 * written once, in the engine. A driver proves itself with the compatibility kit of module {@code lock-tck}.
 */
@NullMarked
package dev.holdfast.lock.spi;

import org.jspecify.annotations.NullMarked;
