@NullMarked
package dev.holdfast.lock.bench;

import org.jspecify.annotations.NullMarked;
