package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.Rule;
import java.util.function.Function;

/** The fault runs for people at a terminal. */
final class FaultTerminal {
    private static final int FIRST = 40;

    private FaultTerminal() {}

    static String of(FaultReport report) {
        StringBuilder text = new StringBuilder("\nFaults: processes contend while one thing after the other breaks\n");
        row(text, report, "", StoreFaults::store);
        for (Fault fault : FaultCells.faults(report)) {
            row(text, report, fault.title(), store -> FaultCells.symbol(store, fault));
        }
        text.append('\n');
        for (Rule rule : FaultCells.rules(report)) {
            row(text, report, rule.name() + " under all of them", store -> FaultCells.symbol(store, rule));
        }
        text.append('\n').append(FaultCells.LEGEND).append("\n\n");
        FaultCells.measures().forEach((name, cell) -> row(text, report, name, cell));
        text.append('\n');
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

    private static void row(StringBuilder text, FaultReport report, String first, Function<StoreFaults, String> cell) {
        StringBuilder line = new StringBuilder(first + " ".repeat(Math.max(0, FIRST - first.length())));
        for (StoreFaults store : report.stores()) {
            String value = cell.apply(store);
            int free = Math.max(0, Math.max(8, store.store().length()) - value.length());
            line.append("  ").append(" ".repeat(free / 2)).append(value).append(" ".repeat(free - free / 2));
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
