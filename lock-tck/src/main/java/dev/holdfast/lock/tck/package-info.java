/** The compatibility kit: rules, chapters of tests, and what it takes to run them against a driver. */
@NullMarked
package dev.holdfast.lock.tck;

import org.jspecify.annotations.NullMarked;
