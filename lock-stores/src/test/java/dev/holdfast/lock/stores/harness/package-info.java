/** What harnesses decide without a store. */
@NullMarked
package dev.holdfast.lock.stores.harness;

import org.jspecify.annotations.NullMarked;
