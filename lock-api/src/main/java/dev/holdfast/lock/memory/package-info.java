/**
 * Locks in this JVM, for tests of applications and as the reference that the kit's engine rules run on. Not for
 * production: nothing outside the JVM is excluded, and nothing survives it.
 */
@NullMarked
package dev.holdfast.lock.memory;

import org.jspecify.annotations.NullMarked;
