package dev.holdfast.lock.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * What became of a goal.
 *
 * @param measured the figure or ratio; null if it was not measured
 */
public record Verdict(Goal goal, Outcome outcome, @Nullable Estimate measured) {
    /** How sure it is. */
    public enum Outcome {
        /** The median keeps the bound. */
        MET("met"),
        /** The median does not, but the interval reaches into it: this run cannot tell. */
        OPEN("open: the interval reaches the bound, the median does not"),
        /** The whole interval is on the wrong side. */
        MISSED("MISSED"),
        /** Store, scenario or contender were not in this run, or failed. */
        NOT_MEASURED("not measured");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
