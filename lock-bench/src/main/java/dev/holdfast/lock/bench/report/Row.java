package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Metric;
import dev.holdfast.lock.bench.run.Role;
import dev.holdfast.lock.bench.run.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one contender did in one scenario.
 *
 * @param rounds the value of each round, in the order of the rounds; only metrics that every round has
 * @param estimates the same as medians
 * @param vsFloor ratios to the first floor, round by round; empty if the scenario has none
 * @param vsHoldfast ratios to Holdfast
 */
public record Row(
        String contender,
        Role role,
        Map<Metric, List<Double>> rounds,
        Map<Metric, Estimate> estimates,
        Map<Metric, Estimate> vsFloor,
        Map<Metric, Estimate> vsHoldfast) {

    static Row of(
            String contender,
            Role role,
            Map<Metric, List<Double>> rounds,
            Map<Metric, List<Double>> floor,
            Map<Metric, List<Double>> holdfast,
            double leastRate) {
        Map<Metric, Estimate> estimates = new EnumMap<>(Metric.class);
        rounds.forEach((metric, values) -> estimates.put(metric, Estimate.of(values)));
        return new Row(
                contender,
                role,
                rounds,
                estimates,
                ratios(rounds, floor, leastRate),
                ratios(rounds, holdfast, leastRate));
    }

    /** The values by metric, of those metrics that every sample has. */
    static Map<Metric, List<Double>> byMetric(List<Sample> samples) {
        Map<Metric, List<Double>> rounds = new EnumMap<>(Metric.class);
        samples.forEach(sample -> sample.figures()
                .forEach((metric, value) ->
                        rounds.computeIfAbsent(metric, key -> new ArrayList<>()).add(value)));
        rounds.values().removeIf(values -> values.size() < samples.size());
        return rounds;
    }

    /**
     * The ratios of what both have. None is made to zero, but for rates: who hands over nothing in a turn is taken as
     * if it had done so once, which can only favour it.
     */
    static Map<Metric, Estimate> ratios(
            Map<Metric, List<Double>> rounds, Map<Metric, List<Double>> to, double leastRate) {
        Map<Metric, Estimate> ratios = new EnumMap<>(Metric.class);
        rounds.forEach((metric, values) -> {
            List<Double> others = to.getOrDefault(metric, List.of());
            if (metric == Metric.HANDOVERS_PER_SECOND) {
                others = others.stream().map(rate -> Math.max(rate, leastRate)).toList();
            }
            if (others.size() == values.size() && !others.contains(0.0)) {
                ratios.put(metric, Estimate.ofRatios(values, others));
            }
        });
        return ratios;
    }
}
