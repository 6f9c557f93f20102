package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Goals, read from a file: {@code scenario,store,metric,versus,op,bound}, a line each; # begins a comment. */
public final class Goals {
    private static final String HEADER = "scenario,store,metric,versus,op,bound";

    private final List<Goal> goals;

    private Goals(List<Goal> goals) {
        this.goals = goals;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException with the number of the line, if one cannot be read
     */
    public static Goals read(Path file) throws IOException {
        return parse(Files.readAllLines(file));
    }

    static Goals parse(List<String> lines) {
        List<Goal> goals = new ArrayList<>();
        boolean header = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (!header && !line.equals(HEADER)) {
                throw new IllegalArgumentException("line " + (i + 1) + ": expected " + HEADER);
            }
            if (header) {
                goals.add(goal(line, i + 1));
            }
            header = true;
        }
        return new Goals(List.copyOf(goals));
    }

    private static Goal goal(String line, int number) {
        String[] fields = line.split(",", -1);
        if (fields.length != 6) {
            throw new IllegalArgumentException("line " + number + " has " + fields.length + " fields, not 6");
        }
        try {
            return new Goal(
                    fields[0],
                    fields[1],
                    named(Metric.values(), Metric::toString, fields[2]),
                    fields[3],
                    named(Goal.Op.values(), Goal.Op::sign, fields[4]),
                    Double.parseDouble(fields[5]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
        }
    }

    private static <E> E named(E[] all, Function<E, String> name, String wanted) {
        return Arrays.stream(all)
                .filter(one -> name.apply(one).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown '" + wanted + "'"));
    }

    /** The goals as read. */
    public List<Goal> all() {
        return goals;
    }

    /** Holds each goal against the report. */
    public List<Verdict> check(BenchReport report) {
        return goals.stream().map(goal -> verdict(goal, report)).toList();
    }

    private static Verdict verdict(Goal goal, BenchReport report) {
        Optional<Estimate> measured =
                report.table(goal.store(), goal.scenario()).flatMap(table -> measured(goal, table));
        return measured.map(estimate -> new Verdict(goal, outcome(goal, estimate), estimate))
                .orElseGet(() -> new Verdict(goal, Verdict.Outcome.NOT_MEASURED, null));
    }

    private static Verdict.Outcome outcome(Goal goal, Estimate estimate) {
        if (goal.op().holds(estimate.median(), goal.bound())) {
            return Verdict.Outcome.MET;
        }
        return goal.op().holds(goal.best(estimate), goal.bound()) ? Verdict.Outcome.OPEN : Verdict.Outcome.MISSED;
    }

    private static Optional<Estimate> measured(Goal goal, ScenarioTable table) {
        Map<Metric, List<Double>> own = table.holdfast().map(Row::rounds).orElse(Map.of());
        if (!own.containsKey(goal.metric())) {
            return Optional.empty();
        }
        if (goal.versus().isEmpty()) {
            return table.holdfast().map(row -> row.estimates().get(goal.metric()));
        }
        return table.row(goal.versus())
                .map(other -> Row.ratios(own, other.rounds(), table.leastRate()).get(goal.metric()));
    }
}
