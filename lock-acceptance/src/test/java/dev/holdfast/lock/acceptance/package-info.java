/** What must hold for all modules together; the tags name the lines of the acceptance list. */
@NullMarked
package dev.holdfast.lock.acceptance;

import org.jspecify.annotations.NullMarked;
