@NullMarked
package dev.holdfast.lock.bench.run;

import org.jspecify.annotations.NullMarked;
