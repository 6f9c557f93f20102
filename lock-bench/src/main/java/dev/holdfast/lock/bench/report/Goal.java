package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Metric;
import java.util.Locale;

/**
 * What Holdfast must reach in one scenario on one store.
 *
 * @param versus the contender to whom the ratio is taken, round by round; empty for the figure itself
 */
public record Goal(String scenario, String store, Metric metric, String versus, Op op, double bound) {
    /** On which side of the bound the figure must be. */
    public enum Op {
        AT_MOST("<="),
        AT_LEAST(">=");

        private final String sign;

        Op(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }

        boolean holds(double value, double bound) {
            return this == AT_MOST ? value <= bound : value >= bound;
        }
    }

    /** The end of the interval that is nearest to the goal. */
    double best(Estimate estimate) {
        return op == Op.AT_MOST ? estimate.low() : estimate.high();
    }

    @Override
    public String toString() {
        String unit = versus.isEmpty() ? "" : " x " + versus;
        return String.format(Locale.ROOT, "%s %s %s%s", metric.title(), op.sign, Figures.plain(bound), unit);
    }
}
