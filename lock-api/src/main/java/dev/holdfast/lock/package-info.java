/**
 * Distributed locks over the coordination store that a team already runs.
 *
 * <ol>
 *   <li>Locks are leases, and leases expire: a lock is never mine, it is mine until a deadline that I computed
 *       conservatively.
 *   <li>Every grant carries a fencing token that only ever rises; the resource rejects an older one.
 *   <li>The types here are final and hold everything that does not depend on a store; a driver
 *       ({@link dev.holdfast.lock.spi.LockDriver}) answers single store requests.
 *   <li>A claim is an obligation: what a driver claims, the compatibility kit demands.
 *   <li>The store does the waiting.
 * </ol>
 *
 * <p>Start at {@link dev.holdfast.lock.Locks}.
 */
@NullMarked
package dev.holdfast.lock;

import org.jspecify.annotations.NullMarked;
