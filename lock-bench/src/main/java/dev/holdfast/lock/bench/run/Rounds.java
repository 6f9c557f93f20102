package dev.holdfast.lock.bench.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lets the contenders of a scenario take turns: all of them in every round, in reversed order in odd rounds, each alone
 * while the others are open and idle. What slows the machine down for a while thereby slows all of them down, and the
 * ratio within a round stays.
 */
public final class Rounds {
    private final Plan plan;
    private final Meter meter;
    private final int port;
    private final Consumer<String> progress;
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final List<String> overlaps = new ArrayList<>();
    private boolean first = true;

    /**
     * A harness for one store.
     *
     * @param port of the store, to count connections
     * @param progress told what is being done, several times per second
     */
    public Rounds(Plan plan, Meter meter, int port, Consumer<String> progress) {
        this.plan = plan;
        this.meter = meter;
        this.port = port;
        this.progress = progress;
    }

    /** Measures those of the contenders that can do the scenario. */
    public Measured measure(Scenario scenario, List<Contender> contenders) throws InterruptedException {
        failures.clear();
        overlaps.clear();
        List<Contender> able = contenders.stream()
                .filter(contender -> contender.kinds().contains(scenario.kind()))
                .toList();
        Map<Contender, List<Sample>> samples =
                scenario.kind() == Scenario.Kind.HOLDING ? hold(scenario, able) : takeTurns(scenario, able);
        double leastRate =
                1 / ContendedTurn.countedSeconds(plan.turn(scenario.kind()).toNanos());
        return new Measured(scenario, leastRate, samples, failures, overlaps);
    }

    private Map<Contender, List<Sample>> hold(Scenario scenario, List<Contender> contenders)
            throws InterruptedException {
        Map<Contender, List<Sample>> samples = new LinkedHashMap<>();
        for (Contender contender : contenders) {
            progress.accept(contender.name());
            String prefix = prefix(scenario, contenders.indexOf(contender));
            attempt(
                    contender,
                    () -> samples.put(
                            contender, List.of(new HoldingTurn(scenario, contender, meter, port, prefix).run())));
        }
        return samples;
    }

    private Map<Contender, List<Sample>> takeTurns(Scenario scenario, List<Contender> contenders)
            throws InterruptedException {
        List<Entrant> entrants = new ArrayList<>();
        try {
            for (Contender contender : contenders) {
                progress.accept("opens " + contender.name());
                String prefix = prefix(scenario, contenders.indexOf(contender));
                attempt(contender, () -> entrants.add(Entrant.open(contender, scenario, prefix)));
            }
            return takeTurns(scenario, entrants, contenders);
        } finally {
            entrants.forEach(Entrant::close);
        }
    }

    private Map<Contender, List<Sample>> takeTurns(
            Scenario scenario, List<Entrant> entrants, List<Contender> contenders) throws InterruptedException {
        Map<Contender, List<Sample>> samples = new LinkedHashMap<>();
        contenders.forEach(contender -> samples.put(contender, new ArrayList<>()));
        long nanos = plan.turn(scenario.kind()).toNanos();
        int warmUps = plan.warmUps(scenario.kind());
        int rounds = warmUps + plan.rounds(scenario.kind());
        if (first) {
            first = false;
            for (Entrant entrant : entrants) {
                progress.accept("warms up " + entrant.contender().name());
                attempt(
                        entrant.contender(),
                        () -> turn(scenario, entrant, plan.warmUp().toNanos()));
            }
            leaveOutFailed(entrants);
        }
        for (int round = 0; round < rounds; round++) {
            boolean counts = round >= warmUps;
            List<Entrant> order = new ArrayList<>(entrants);
            if (round % 2 == 1) {
                Collections.reverse(order);
            }
            for (Entrant entrant : order) {
                progress.accept("round " + (round + 1) + " of " + rounds);
                attempt(entrant.contender(), () -> {
                    Sample sample = turn(scenario, entrant, nanos);
                    if (counts) {
                        samples.computeIfAbsent(entrant.contender(), key -> new ArrayList<>())
                                .add(sample);
                    }
                });
            }
            entrants.removeIf(
                    entrant -> failures.containsKey(entrant.contender().name()));
        }
        samples.keySet().removeIf(contender -> failures.containsKey(contender.name()));
        return samples;
    }

    private void leaveOutFailed(List<Entrant> entrants) {
        for (Entrant entrant : List.copyOf(entrants)) {
            if (failures.containsKey(entrant.contender().name())) {
                entrants.remove(entrant);
                entrant.close();
            }
        }
    }

    private Sample turn(Scenario scenario, Entrant entrant, long nanos) throws Exception {
        return scenario.kind() == Scenario.Kind.CONTENDED
                ? ContendedTurn.of(entrant, nanos, meter)
                : UncontendedTurn.of(entrant, nanos, meter);
    }

    @FunctionalInterface
    private interface Attempt {
        void make() throws Exception;
    }

    /** A contender that fails leaves the scenario, and the others go on. */
    private void attempt(Contender contender, Attempt attempt) throws InterruptedException {
        try {
            attempt.make();
        } catch (InterruptedException e) {
            throw e;
        } catch (OverlapException e) {
            overlaps.add(e.getMessage());
            failures.put(contender.name(), String.valueOf(e.getMessage()));
        } catch (Exception | LinkageError e) {
            failures.put(contender.name(), e.toString());
        }
    }

    private static String prefix(Scenario scenario, int contender) {
        return "c" + contender + "-" + scenario.id();
    }
}
