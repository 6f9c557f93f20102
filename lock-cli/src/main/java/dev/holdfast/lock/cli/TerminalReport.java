package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.cli.ReportModel.Figures;
import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.RuleResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** The report for people at a terminal: one matrix, what went wrong, and what it costs. */
final class TerminalReport {
    private static final int ID_WIDTH = 5;
    private static final int SHORTEST_SENTENCE = 30;
    private static final int LONGEST_DETAIL = 300;
    private static final String GAP = "  ";

    private final ReportModel report;
    private final boolean colours;
    private final int columns;
    private final StringBuilder text = new StringBuilder();

    private TerminalReport(ReportModel report, boolean colours, int columns) {
        this.report = report;
        this.colours = colours;
        this.columns = columns;
    }

    /** The whole report, for a terminal of this width. */
    static String of(ReportModel report, boolean colours, int columns) {
        TerminalReport terminal = new TerminalReport(report, colours, columns);
        terminal.matrix();
        terminal.findings();
        FaultReport faults = report.faults();
        if (faults != null) {
            terminal.text.append(FaultTerminal.of(faults, columns));
        }
        terminal.figures();
        return terminal.text.toString();
    }

    private void matrix() {
        int room = columns - ID_WIDTH - SHORTEST_SENTENCE - GAP.length();
        for (List<Column> block : blocks(report.stores(), column -> GAP.length() + width(column), room)) {
            matrix(block);
        }
        text.append(Symbols.LEGEND).append('\n');
    }

    /** As many side by side as there is room for, one at least. */
    static <T> List<List<T>> blocks(List<T> all, ToIntFunction<T> width, int room) {
        List<List<T>> blocks = new ArrayList<>();
        int used = 0;
        for (T each : all) {
            used += width.applyAsInt(each);
            if (blocks.isEmpty() || used > room) {
                blocks.add(new ArrayList<>());
                used = width.applyAsInt(each);
            }
            blocks.get(blocks.size() - 1).add(each);
        }
        return blocks;
    }

    private void matrix(List<Column> block) {
        head(block, "", Column::store);
        head(block, "rule", Column::shortVersion);
        for (Rule rule : Rule.values()) {
            StringBuilder cells = new StringBuilder(padded(rule.name(), ID_WIDTH));
            for (Column column : block) {
                RuleResult result = column.line(rule).kind();
                String cell = centred(Symbols.of(result), width(column));
                cells.append(GAP).append(coloured(result, cell));
            }
            text.append(cells)
                    .append(GAP)
                    .append(shortened(block, rule.sentence()))
                    .append('\n');
        }
        text.append('\n');
    }

    private void head(List<Column> block, String first, Function<Column, String> cell) {
        StringBuilder line = new StringBuilder(padded(first, ID_WIDTH));
        block.forEach(column -> line.append(GAP).append(centred(cell.apply(column), width(column))));
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private void findings() {
        for (Column column : report.stores()) {
            if (column.isMissing()) {
                text.append('\n')
                        .append(column.store())
                        .append(" is missing: ")
                        .append(column.rules().get(0).detail())
                        .append('\n');
            } else {
                findings(column, RuleResult.FAIL);
                findings(column, RuleResult.MISSING);
            }
        }
    }

    private void findings(Column column, RuleResult result) {
        for (Line line : column.with(result)) {
            String start = column.store() + " " + line.id() + " " + (result == RuleResult.FAIL ? "FAILED" : "missing");
            text.append('\n').append(coloured(result, start)).append(": ").append(brief(line.detail()));
        }
        if (!column.with(result).isEmpty()) {
            text.append('\n');
        }
    }

    private void figures() {
        List<Column> measured = report.stores().stream()
                .filter(column -> column.figures() != null)
                .toList();
        if (measured.isEmpty()) {
            return;
        }
        text.append("\nOne client, a free lock, store on this machine; microseconds\n");
        text.append(String.format(Locale.ROOT, "%-22s", ""))
                .append(" acquire p50       p99   release p50       p99   requests per pair\n");
        for (Column column : measured) {
            Figures figures = Objects.requireNonNull(column.figures());
            text.append(String.format(Locale.ROOT, "%-22s", column.store()))
                    .append(number(figures, Figures::acquireP50Micros, 12))
                    .append(number(figures, Figures::acquireP99Micros, 10))
                    .append(number(figures, Figures::releaseP50Micros, 14))
                    .append(number(figures, Figures::releaseP99Micros, 10))
                    .append(String.format(Locale.ROOT, "%20s", requests(figures)))
                    .append('\n');
        }
        text.append(String.format(Locale.ROOT, "%nTook %.0f s.%n", report.wallSeconds()));
    }

    static String requests(Figures figures) {
        Double requests = figures.requestsPerPair();
        return requests == null ? "-" : String.format(Locale.ROOT, "%.2f", requests);
    }

    static String micros(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    private static String number(Figures figures, ToDoubleFunction<Figures> value, int width) {
        return String.format(Locale.ROOT, "%" + width + "s", micros(value.applyAsDouble(figures)));
    }

    private String shortened(List<Column> block, String sentence) {
        int used = ID_WIDTH
                + block.stream()
                        .mapToInt(column -> width(column) + GAP.length())
                        .sum();
        int room = Math.max(SHORTEST_SENTENCE, columns - used - GAP.length() - 1);
        return sentence.length() <= room
                ? sentence
                : sentence.substring(0, room - 1).stripTrailing() + "…";
    }

    private String coloured(RuleResult result, String cell) {
        if (!colours) {
            return cell;
        }
        int code =
                switch (result) {
                    case PASS -> 32;
                    case FAIL -> 31;
                    case MISSING -> 33;
                    case NOT_CLAIMED, NOT_APPLICABLE, UNTESTABLE -> 2;
                };
        return "\u001b[" + code + "m" + cell + "\u001b[0m";
    }

    /** A detail may be the whole output of another process; the JSON report has all of it. */
    static String brief(String detail) {
        return detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL - 1) + "…";
    }

    private static int width(Column column) {
        return Math.max(column.store().length(), column.shortVersion().length());
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String centred(String text, int width) {
        int free = Math.max(0, width - text.length());
        return " ".repeat(free / 2) + text + " ".repeat(free - free / 2);
    }
}
