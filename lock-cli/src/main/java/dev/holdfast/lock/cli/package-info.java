/** The command line: {@code compare} runs the compatibility kit on every store, {@code run} a command under a lock. */
@NullMarked
package dev.holdfast.lock.cli;

import org.jspecify.annotations.NullMarked;
