package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.RuleResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The table of guarantees in README.md, between two marker lines. Safety and liveness rule by rule, the other chapters
 * as counts.
 *
 * @param file the README
 * @param before what stands before the table, first marker included
 * @param after what stands behind it, second marker included
 */
record ReadmeTable(Path file, String before, String after) {
    static final String BEGIN = "<!-- guarantees: written by ./holdfast compare --readme -->\n";
    static final String END = "<!-- guarantees: end -->\n";

    private static final String WHOLE_CHAPTERS = "SL";
    private static final Map<String, String> CHAPTERS = chapters();

    private static Map<String, String> chapters() {
        Map<String, String> chapters = new LinkedHashMap<>();
        chapters.put("F", "fencing tokens");
        chapters.put("R", "fenced registers");
        chapters.put("D", "leases and deadlines");
        chapters.put("W", "waiting");
        chapters.put("N", "names");
        chapters.put("E", "errors");
        chapters.put("C", "concurrency");
        chapters.put("P", "providers, opening, closing");
        chapters.put("X", "claims");
        return chapters;
    }

    /**
     * Finds the place.
     *
     * @throws IOException if the file cannot be read or has no markers
     */
    static ReadmeTable in(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException(file + " has no lines " + BEGIN.strip() + " and " + END.strip());
        }
        return new ReadmeTable(file, text.substring(0, begin + BEGIN.length()), text.substring(end));
    }

    void replaceWith(ReportModel report) throws IOException {
        Files.writeString(file, before + table(report) + after, StandardCharsets.UTF_8);
    }

    static String table(ReportModel report) {
        List<Column> columns = report.stores();
        StringBuilder text = new StringBuilder(MarkdownReport.row("", columns, Column::store, ""));
        text.append("|---|").append(":-:|".repeat(columns.size())).append("---|\n");
        text.append(MarkdownReport.row("tested", columns, Column::shortVersion, "version of the server"));
        for (Rule rule : Rule.values()) {
            if (WHOLE_CHAPTERS.contains(chapter(rule.name()))) {
                text.append(MarkdownReport.row(
                        rule.name(),
                        columns,
                        column -> Symbols.of(column.line(rule).kind()),
                        rule.sentence()));
            }
        }
        CHAPTERS.forEach((chapter, title) ->
                text.append(MarkdownReport.row(chapter, columns, column -> counts(column, chapter), title)));
        return text.append("\n")
                .append(Symbols.LEGEND)
                .append("\n\n")
                .append(MarkdownReport.figures(report))
                .toString();
    }

    private static String chapter(String id) {
        return id.substring(0, 1);
    }

    private static String counts(Column column, String chapter) {
        Map<RuleResult, Integer> counts = new EnumMap<>(RuleResult.class);
        column.rules().stream()
                .filter(line -> chapter(line.id()).equals(chapter))
                .map(Line::kind)
                .forEach(kind -> counts.merge(kind, 1, Integer::sum));
        return Arrays.stream(RuleResult.values())
                .filter(counts::containsKey)
                .map(kind -> counts.get(kind) + Symbols.of(kind))
                .collect(Collectors.joining(" "));
    }
}
