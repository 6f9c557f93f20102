package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.Rule;
import java.util.List;
import java.util.function.Function;

/** The fault runs as Markdown. */
final class FaultMarkdown {
    private FaultMarkdown() {}

    static String of(FaultReport report) {
        StringBuilder text =
                new StringBuilder("\n## Faults\n\nProcesses contend for locks while one thing after the other "
                        + "breaks; then the history that they wrote is checked.\n\n");
        row(text, report, "fault", StoreFaults::store);
        text.append("|---|").append(":-:|".repeat(report.stores().size())).append('\n');
        for (Fault fault : FaultCells.faults(report)) {
            row(text, report, fault.title(), store -> FaultCells.symbol(store, fault));
        }
        for (Rule rule : FaultCells.rules(report)) {
            row(text, report, rule.name() + " under all of them", store -> FaultCells.symbol(store, rule));
        }
        text.append('\n').append(FaultCells.LEGEND).append("\n\n");
        row(text, report, "measured", StoreFaults::store);
        text.append("|---|").append("--:|".repeat(report.stores().size())).append('\n');
        FaultCells.measures(report).forEach((name, cell) -> row(text, report, name, cell));
        text.append('\n');
        FaultCells.notes(report)
                .forEach(note ->
                        text.append("- ").append(MarkdownReport.escaped(note)).append('\n'));
        nemeses(text, NemesisCells.rows(report));
        FaultCells.problems(report).forEach(line -> text.append("- **FAILED** ")
                .append(MarkdownReport.escaped(line))
                .append('\n'));
        text.append("\n## When to choose which\n\n");
        report.stores().forEach(store -> text.append("- **")
                .append(store.store())
                .append("**: ")
                .append(store.choose())
                .append('\n'));
        return text.toString();
    }

    private static void nemeses(StringBuilder text, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append("\n### ")
                .append(NemesisCells.TITLE)
                .append("\n\n")
                .append(NemesisCells.WHAT)
                .append("\n\n");
        cells(text, NemesisCells.HEAD);
        text.append("|---|").append("--:|".repeat(NemesisCells.HEAD.size() - 1)).append('\n');
        rows.forEach(row -> cells(text, row));
        text.append('\n');
    }

    private static void cells(StringBuilder text, List<String> cells) {
        text.append('|');
        cells.forEach(
                cell -> text.append(' ').append(MarkdownReport.escaped(cell)).append(" |"));
        text.append('\n');
    }

    private static void row(StringBuilder text, FaultReport report, String first, Function<StoreFaults, String> cell) {
        text.append("| ").append(first);
        report.stores().forEach(store -> text.append(" | ").append(MarkdownReport.escaped(cell.apply(store))));
        text.append(" |\n");
    }
}
