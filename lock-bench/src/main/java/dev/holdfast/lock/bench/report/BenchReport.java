package dev.holdfast.lock.bench.report;

import java.util.List;
import java.util.Optional;

/**
 * The whole report.
 *
 * @param machine processors, Java, system
 * @param rounds that counted in an uncontended scenario; contended two thirds of them
 * @param secondsPerRound of each contender, uncontended
 * @param goals what became of the goals, if they were checked
 */
public record BenchReport(
        List<String> machine,
        int rounds,
        double secondsPerRound,
        double wallSeconds,
        List<StoreTable> stores,
        List<Verdict> goals) {

    Optional<ScenarioTable> table(String store, String scenario) {
        return stores.stream()
                .filter(table -> table.store().equals(store))
                .flatMap(table -> table.scenarios().stream())
                .filter(table -> table.scenario().equals(scenario))
                .findFirst();
    }

    /** Whether two workers were inside one lock, a contender that is judged failed, or a goal was missed. */
    public boolean failed() {
        return goals.stream().anyMatch(verdict -> verdict.outcome() == Verdict.Outcome.MISSED)
                || stores.stream()
                        .flatMap(store -> store.scenarios().stream())
                        .anyMatch(table ->
                                !table.overlaps().isEmpty() || table.failures().containsKey("Holdfast"));
    }

    /** Whether a store could not be started. */
    public boolean isStoreMissing() {
        return stores.stream().anyMatch(store -> !store.missing().isEmpty());
    }

    /** The same report with goals. */
    public BenchReport with(List<Verdict> verdicts) {
        return new BenchReport(machine, rounds, secondsPerRound, wallSeconds, stores, verdicts);
    }
}
