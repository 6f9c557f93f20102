/** The harness: contenders take turns in every round, and every turn is counted at the store. */
@NullMarked
package dev.holdfast.lock.bench.run;

import org.jspecify.annotations.NullMarked;
