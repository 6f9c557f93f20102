/**
 * The real stores in the compatibility kit: one {@link dev.holdfast.lock.tck.LockHarness} each, over a store that
 * {@link dev.holdfast.lock.stores.StoreLauncher} started. They look into a store by its own protocol, with no client
 * library and none of the code under test.
 */
@NullMarked
package dev.holdfast.lock.stores.harness;

import org.jspecify.annotations.NullMarked;
