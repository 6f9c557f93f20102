package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.cli.ReportModel.Figures;
import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.RuleResult;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The report as Markdown: the same matrix, with whole sentences. */
final class MarkdownReport {
    private MarkdownReport() {}

    static String of(ReportModel report) {
        StringBuilder text = new StringBuilder("# Lock stores side by side\n\n");
        text.append(row("rule", report.stores(), Column::store, "what it says"));
        text.append("|---|").append(":-:|".repeat(report.stores().size())).append("---|\n");
        text.append(row("version", report.stores(), Column::version, ""));
        for (Rule rule : Rule.values()) {
            text.append(row(rule.name(), report.stores(), column -> cell(column.line(rule)), rule.sentence()));
        }
        text.append("\n").append(Symbols.LEGEND).append("\n");
        for (Column column : report.stores()) {
            for (Line line : problems(column)) {
                text.append("\n- ")
                        .append(column.store())
                        .append(' ')
                        .append(line.id())
                        .append(": ")
                        .append(line.result())
                        .append(", ")
                        .append(escaped(TerminalReport.brief(line.detail())));
            }
        }
        FaultReport faults = report.faults();
        if (faults != null) {
            text.append('\n').append(FaultMarkdown.of(faults));
        }
        return text.append("\n\n").append(figures(report)).toString();
    }

    /** What a reader must know about a column beside its symbols; a missing store is one problem, not one per rule. */
    static List<Line> problems(Column column) {
        return column.isMissing()
                ? List.of(column.rules().get(0))
                : column.rules().stream()
                        .filter(line -> line.is(RuleResult.FAIL) || line.is(RuleResult.MISSING))
                        .toList();
    }

    static String figures(ReportModel report) {
        StringBuilder text = new StringBuilder("| one client, a free lock, store on the same machine (µs) "
                + "| acquire p50 | p99 | release p50 | p99 | requests per pair |\n|---|--:|--:|--:|--:|--:|\n");
        for (Column column : report.stores()) {
            Figures figures = column.figures();
            if (figures != null) {
                text.append("| ")
                        .append(String.join(
                                " | ",
                                column.store(),
                                TerminalReport.micros(figures.acquireP50Micros()),
                                TerminalReport.micros(figures.acquireP99Micros()),
                                TerminalReport.micros(figures.releaseP50Micros()),
                                TerminalReport.micros(figures.releaseP99Micros()),
                                TerminalReport.requests(figures)))
                        .append(" |\n");
            }
        }
        return text.toString();
    }

    static String row(String first, List<Column> columns, Function<Column, String> cell, String last) {
        String cells = columns.stream().map(cell).map(MarkdownReport::escaped).collect(Collectors.joining(" | "));
        return "| " + first + " | " + cells + " | " + escaped(last) + " |\n";
    }

    private static String cell(Line line) {
        return Symbols.of(line.kind());
    }

    static String escaped(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ");
    }
}
