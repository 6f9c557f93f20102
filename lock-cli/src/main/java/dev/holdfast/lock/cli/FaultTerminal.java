package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.Rule;
import java.util.List;
import java.util.function.Function;

/** The fault runs for people at a terminal. */
final class FaultTerminal {
    private static final int FIRST = 40;
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
        FaultCells.measures().forEach((name, cell) -> row(text, block, name, cell));
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
