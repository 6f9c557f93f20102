/** {@code holdfast bench}: Holdfast beside raw floors and peers, on real stores, in one run. */
@NullMarked
package dev.holdfast.lock.bench;

import org.jspecify.annotations.NullMarked;
