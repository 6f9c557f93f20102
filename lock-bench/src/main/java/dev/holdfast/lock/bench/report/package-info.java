/** What was measured: estimates with intervals, ratios, goals, and the report in three forms. */
@NullMarked
package dev.holdfast.lock.bench.report;

import org.jspecify.annotations.NullMarked;
