@NullMarked
package dev.holdfast.lock.bench.report;

import org.jspecify.annotations.NullMarked;
