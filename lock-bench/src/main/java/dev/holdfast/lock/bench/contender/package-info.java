/** Who is measured: Holdfast, the store's own cheapest commands, and other libraries. */
@NullMarked
package dev.holdfast.lock.bench.contender;

import org.jspecify.annotations.NullMarked;
