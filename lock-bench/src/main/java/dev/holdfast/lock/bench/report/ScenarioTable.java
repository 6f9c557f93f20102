package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Measured;
import dev.holdfast.lock.bench.run.Metric;
import dev.holdfast.lock.bench.run.Role;
import dev.holdfast.lock.bench.run.Sample;
import dev.holdfast.lock.bench.run.Scenario;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One scenario on one store.
 *
 * @param leastRate what a rate of none is taken for in ratios
 * @param failures why contenders are missing, by name
 * @param overlaps breaches of mutual exclusion
 */
public record ScenarioTable(
        String scenario,
        String title,
        Scenario.Kind kind,
        double leastRate,
        List<Row> rows,
        Map<String, String> failures,
        List<String> overlaps) {

    /** The table of these samples. */
    public static ScenarioTable of(Measured measured) {
        Map<String, Map<Metric, List<Double>>> values = new LinkedHashMap<>();
        measured.samples().forEach((contender, samples) -> values.put(contender.name(), Row.byMetric(samples)));
        Map<Metric, List<Double>> floor = first(measured.samples(), Role.FLOOR)
                .map(name -> values.getOrDefault(name, Map.of()))
                .orElse(Map.of());
        Map<Metric, List<Double>> holdfast = first(measured.samples(), Role.HOLDFAST)
                .map(name -> values.getOrDefault(name, Map.of()))
                .orElse(Map.of());
        List<Row> rows = new ArrayList<>();
        for (Contender contender : measured.samples().keySet()) {
            Map<Metric, List<Double>> own = values.getOrDefault(contender.name(), Map.of());
            rows.add(Row.of(contender.name(), contender.role(), own, floor, holdfast, measured.leastRate()));
        }
        Scenario scenario = measured.scenario();
        return new ScenarioTable(
                scenario.id(),
                scenario.title(),
                scenario.kind(),
                measured.leastRate(),
                rows,
                measured.failures(),
                measured.overlaps());
    }

    private static Optional<String> first(Map<Contender, List<Sample>> samples, Role role) {
        return samples.keySet().stream()
                .filter(contender -> contender.role() == role)
                .map(Contender::name)
                .findFirst();
    }

    /** The row of this contender. */
    Optional<Row> row(String contender) {
        return rows.stream().filter(row -> row.contender().equals(contender)).findFirst();
    }

    /** The row of what is judged. */
    Optional<Row> holdfast() {
        return rows.stream().filter(row -> row.role() == Role.HOLDFAST).findFirst();
    }
}
