package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The report for people at a terminal: a table for each store and scenario, then the goals. */
public final class TerminalTables {
    private static final String GAP = "  ";

    private TerminalTables() {}

    /** The whole report. */
    public static String of(BenchReport report) {
        StringBuilder text = new StringBuilder();
        for (StoreTable store : report.stores()) {
            text.append('\n').append(heading(store)).append('\n');
            for (ScenarioTable table : store.scenarios()) {
                text.append('\n').append(of(store.store(), table));
            }
        }
        Set<String> stores = report.stores().stream().map(StoreTable::store).collect(Collectors.toSet());
        text.append('\n').append(String.join(", ", report.machine())).append(".\n");
        text.append(String.format(
                Locale.ROOT,
                "Medians of %d rounds of %.2f s for each contender, of fewer and longer ones when contended. vs: ratio"
                        + " taken%nround by round, and the interval that holds its median with 95 %%. Took %.0f s.%n",
                report.rounds(),
                report.secondsPerRound(),
                report.wallSeconds()));
        return text.append(goals(report.goals(), stores)).toString();
    }

    static String heading(StoreTable store) {
        if (!store.missing().isEmpty()) {
            return store.store() + " is missing: " + store.missing();
        }
        String settings = store.settings().isEmpty() ? "" : ", " + String.join(" ", store.settings());
        return store.store() + " " + store.version() + settings;
    }

    private static String of(String store, ScenarioTable table) {
        StringBuilder text = new StringBuilder(store + ": " + table.title() + "  (" + table.scenario() + ")\n");
        if (!table.rows().isEmpty()) {
            text.append(aligned(cells(table)));
        }
        table.failures().forEach((contender, why) -> text.append("  ")
                .append(contender)
                .append(" failed: ")
                .append(why)
                .append('\n'));
        table.overlaps()
                .forEach(what ->
                        text.append("  MUTUAL EXCLUSION BROKEN: ").append(what).append('\n'));
        return text.toString();
    }

    /** Head and rows; columns that no row has are left out. */
    static List<List<String>> cells(ScenarioTable table) {
        List<Metric> columns = Columns.of(table.kind()).stream()
                .filter(metric ->
                        table.rows().stream().anyMatch(row -> row.estimates().containsKey(metric)))
                .toList();
        Metric key = Columns.key(table.kind());
        boolean floor = table.rows().stream().anyMatch(row -> row.vsFloor().containsKey(key));
        boolean holdfast =
                table.rows().stream().anyMatch(row -> row.vsHoldfast().containsKey(key));
        List<List<String>> cells = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        columns.forEach(metric -> head.add(metric.title()));
        if (floor) {
            head.add("vs floor");
        }
        if (holdfast) {
            head.add("vs Holdfast");
        }
        cells.add(head);
        for (Row row : table.rows()) {
            List<String> line = new ArrayList<>(List.of(row.contender()));
            columns.forEach(metric -> line.add(cell(row.estimates().get(metric), false)));
            if (floor) {
                line.add(cell(row.vsFloor().get(key), true));
            }
            if (holdfast) {
                line.add(cell(row.vsHoldfast().get(key), true));
            }
            cells.add(line);
        }
        return cells;
    }

    private static String cell(@Nullable Estimate estimate, boolean ratio) {
        if (estimate == null) {
            return "-";
        }
        return ratio ? Figures.ratio(estimate) : Figures.median(estimate);
    }

    private static String aligned(List<List<String>> cells) {
        int columns = cells.get(0).size();
        int[] widths = IntStream.range(0, columns)
                .map(column -> cells.stream()
                        .mapToInt(line -> line.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        StringBuilder text = new StringBuilder();
        for (List<String> line : cells) {
            StringBuilder row = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String blank = " ".repeat(widths[column] - line.get(column).length());
                row.append(GAP).append(column == 0 ? line.get(column) + blank : blank + line.get(column));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String goals(List<Verdict> verdicts, Set<String> stores) {
        if (verdicts.isEmpty()) {
            return "";
        }
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of("goals", "", "", "measured", ""));
        for (Verdict verdict : verdicts) {
            if (!stores.contains(verdict.goal().store())) {
                continue;
            }
            Estimate measured = verdict.measured();
            cells.add(List.of(
                    verdict.goal().store(),
                    verdict.goal().scenario(),
                    verdict.goal().toString(),
                    measured == null ? "-" : Figures.ratio(measured),
                    verdict.outcome().words()));
        }
        long elsewhere = verdicts.stream()
                .filter(verdict -> !stores.contains(verdict.goal().store()))
                .count();
        String rest = elsewhere == 0 ? "" : "  Not measured: " + elsewhere + " goals of stores not in this run.\n";
        return "\n" + aligned(cells) + rest;
    }
}
