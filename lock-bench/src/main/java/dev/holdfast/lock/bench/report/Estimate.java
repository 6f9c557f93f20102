package dev.holdfast.lock.bench.report;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * A median and where the true one lies.
 *
 * @param low with {@code high}: an interval that holds the median with a probability of 95 % at least, by order
 *     statistics, so without any assumption about the distribution; smallest and largest value if there are too few
 * @param values how many values it was made of; fewer than {@link #ENOUGH} make no such interval
 */
public record Estimate(double median, double low, double high, int values) {
    /** The fewest values of which an interval of 95 % can be made: smallest and largest of 6 hold 96.9 %. */
    public static final int ENOUGH = 6;

    private static final double OUTSIDE = 0.05;

    /**
     * The estimate from these values, one per round.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Estimate of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("an estimate needs a value");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        int cut = cut(n);
        return new Estimate(median, sorted[cut], sorted[n - 1 - cut], n);
    }

    /** The estimate of the ratios of two lists of the same length, taken entry by entry. */
    public static Estimate ofRatios(List<Double> values, List<Double> to) {
        return of(IntStream.range(0, Math.min(values.size(), to.size()))
                .mapToObj(round -> values.get(round) / to.get(round))
                .toList());
    }

    /**
     * How many values lie outside the interval on each side. The median lies below the value of rank k + 1 if at most k
     * of n values lie below the median, each with probability one half.
     */
    private static int cut(int n) {
        BinomialDistribution below = BinomialDistribution.of(n, 0.5);
        int cut = 0;
        while (2 * below.cumulativeProbability(cut + 1) <= OUTSIDE) {
            cut++;
        }
        return cut;
    }
}
