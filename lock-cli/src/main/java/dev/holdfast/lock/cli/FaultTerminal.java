package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The fault runs for people at a terminal. */
final class FaultTerminal {
    private static final int FIRST = 44;
    private static final String GAP = "  ";

    private FaultTerminal() {}

    /** For a terminal of this width. */
    static String of(FaultReport report, int columns) {
        StringBuilder text = new StringBuilder("\nFaults: processes contend while one thing after the other breaks\n");
        List<List<StoreFaults>> blocks =
                TerminalReport.blocks(report.stores(), store -> GAP.length() + width(store), columns - FIRST);
        for (List<StoreFaults> block : blocks) {
            table(text, report, block);
        }
        text.append(FaultCells.LEGEND).append("\n\n");
        FaultCells.notes(report).forEach(note -> text.append(note).append('\n'));
        text.append('\n');
        nemeses(text, NemesisCells.rows(report));
        report.stores().forEach(store -> text.append(store.store())
                .append(": ")
                .append(store.choose())
                .append('\n'));
        FaultCells.problems(report)
                .forEach(
                        line -> text.append('\n').append("FAILED ").append(line).append('\n'));
        return text.toString();
    }

    private static void table(StringBuilder text, FaultReport report, List<StoreFaults> block) {
        row(text, block, "", StoreFaults::store);
        for (Fault fault : FaultCells.faults(report)) {
            row(text, block, fault.title(), store -> FaultCells.symbol(store, fault));
        }
        text.append('\n');
        for (Rule rule : FaultCells.rules(report)) {
            row(text, block, rule.name() + " under all of them", store -> FaultCells.symbol(store, rule));
        }
        text.append('\n');
        FaultCells.measures(report).forEach((name, cell) -> row(text, block, name, cell));
        text.append('\n');
    }

    private static void nemeses(StringBuilder text, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append(NemesisCells.TITLE).append(": ").append(NemesisCells.WHAT).append('\n');
        List<List<String>> all = new ArrayList<>(List.of(NemesisCells.HEAD));
        all.addAll(rows);
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = all.stream()
                        .mapToInt(each -> each.get(column).length())
                        .max()
                        .orElse(0);
                String free = " ".repeat(i + 1 < row.size() ? width - row.get(i).length() : 0);
                boolean words = i == 0 || i + 1 == row.size();
                line.append(i == 0 ? "" : GAP).append(words ? row.get(i) + free : free + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        text.append('\n');
    }

    private static void row(
            StringBuilder text, List<StoreFaults> block, String first, Function<StoreFaults, String> cell) {
        StringBuilder line = new StringBuilder(first + " ".repeat(Math.max(0, FIRST - first.length())));
        for (StoreFaults store : block) {
            String value = cell.apply(store);
            int free = Math.max(0, width(store) - value.length());
            line.append(GAP).append(" ".repeat(free / 2)).append(value).append(" ".repeat(free - free / 2));
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static int width(StoreFaults store) {
        return Math.max(8, store.store().length());
    }
}
