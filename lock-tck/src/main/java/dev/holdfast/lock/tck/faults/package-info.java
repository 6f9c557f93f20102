/** The fault run: contenders in other JVMs, one fault after the other, and what their history shows. */
@org.jspecify.annotations.NullMarked
package dev.holdfast.lock.tck.faults;
