package dev.holdfast.lock.bench.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The samples of one scenario on one store.
 *
 * @param leastRate one event in a turn, per second: a rate of none is below it
 * @param samples by contender, in the order of the report; entry i of each list is from the same round
 * @param failures of contenders that could not do it or broke off, by name; they have no samples
 * @param overlaps the failures that are breaches of mutual exclusion
 */
public record Measured(
        Scenario scenario,
        double leastRate,
        Map<Contender, List<Sample>> samples,
        Map<String, String> failures,
        List<String> overlaps) {
    public Measured {
        samples = new LinkedHashMap<>(samples);
        failures = new LinkedHashMap<>(failures);
        overlaps = List.copyOf(overlaps);
    }
}
