/** The fault run: contenders in other JVMs, one fault after the other, and what their history shows. */
@NullMarked
package dev.holdfast.lock.tck.faults;

import org.jspecify.annotations.NullMarked;
