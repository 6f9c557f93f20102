package dev.holdfast.lock.bench;

import dev.holdfast.lock.bench.contender.StoreUnderTest;
import dev.holdfast.lock.bench.report.BenchReport;
import dev.holdfast.lock.bench.report.ScenarioTable;
import dev.holdfast.lock.bench.report.StoreTable;
import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Plan;
import dev.holdfast.lock.bench.run.Rounds;
import dev.holdfast.lock.bench.run.Scenario;
import dev.holdfast.lock.stores.RunningStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Measures one store after the other, so that never more than one of them works. */
final class Run {
    /** What is left of 10 minutes when stores and clients have been started and closed and requests counted. */
    private static final double SECONDS_FOR_TURNS = 390;

    /** What one contender takes to hold leases, roughly. */
    private static final double SECONDS_TO_HOLD = 10;

    private static final double LONGEST_TURN = 0.2;
    private static final double SHORTEST_TURN = 0.03;

    private final List<StoreUnderTest> stores;
    private final List<Scenario> scenarios;
    private final boolean peers;
    private final Progress progress;

    Run(List<StoreUnderTest> stores, List<Scenario> scenarios, boolean peers, Progress progress) {
        this.stores = stores;
        this.scenarios = scenarios;
        this.peers = peers;
        this.progress = progress;
    }

    /** How long a turn may be, so that a run of everything with all peers stays below 10 minutes. */
    double secondsPerRound(int rounds, double warmUp) {
        double seconds = SECONDS_FOR_TURNS;
        int units = 0;
        for (StoreUnderTest store : stores) {
            seconds -= store.able(scenarios.get(0).kind(), peers) * warmUp;
            for (Scenario scenario : scenarios) {
                int contenders = store.able(scenario.kind(), peers);
                if (scenario.kind() == Scenario.Kind.HOLDING) {
                    seconds -= contenders * SECONDS_TO_HOLD;
                } else {
                    units += contenders * Plan.units(scenario.kind(), rounds);
                }
            }
        }
        double fits = units == 0 ? LONGEST_TURN : seconds / units;
        return Math.floor(Math.max(SHORTEST_TURN, Math.min(LONGEST_TURN, fits)) * 100) / 100;
    }

    BenchReport measure(Plan plan) throws InterruptedException {
        long began = System.nanoTime();
        List<StoreTable> tables = new ArrayList<>();
        progress.begin(stores.size() * scenarios.size());
        for (StoreUnderTest store : stores) {
            tables.add(measure(store, plan));
        }
        progress.end();
        return new BenchReport(
                machine(),
                plan.rounds(),
                plan.turn().toNanos() / 1e9,
                (System.nanoTime() - began) / 1e9,
                tables,
                List.of());
    }

    private StoreTable measure(StoreUnderTest store, Plan plan) throws InterruptedException {
        String missing = store.missing().orElse("");
        if (!missing.isEmpty()) {
            return new StoreTable(store.id(), "", store.arguments(), missing, List.of());
        }
        try (RunningStore running = store.start()) {
            List<Contender> contenders = Stream.concat(
                            store.contenders(running).stream(), peers ? store.peers(running).stream() : Stream.of())
                    .toList();
            List<ScenarioTable> tables = new ArrayList<>();
            Rounds rounds = new Rounds(plan, store.meter(running), running.port(), progress::step);
            for (Scenario scenario : scenarios) {
                progress.scenario(store.id(), scenario.id());
                tables.add(ScenarioTable.of(rounds.measure(scenario, contenders)));
            }
            return new StoreTable(store.id(), running.version(), store.arguments(), "", tables);
        }
    }

    private static List<String> machine() {
        Runtime runtime = Runtime.getRuntime();
        return List.of(
                runtime.availableProcessors() + " processors",
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                "Java " + System.getProperty("java.version"),
                String.format(Locale.ROOT, "heap %d MiB", runtime.maxMemory() >> 20));
    }
}
