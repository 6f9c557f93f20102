/** Planted defects: each mutant of the engine or of a driver must turn its rules red. */
@NullMarked
package dev.holdfast.lock.tck.mutants;

import org.jspecify.annotations.NullMarked;
