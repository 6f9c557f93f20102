package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.faults.FaultResult;
import dev.holdfast.lock.tck.faults.NemesisResult;
import java.util.ArrayList;
import java.util.List;

/** What stands in the table of nemeses, the same in each form of the report. */
final class NemesisCells {
    static final String TITLE = "Again and again";
    static final String WHAT = "Two processes contend for one lock of servers of their own, on which the same is done "
            + "again and again; every holder is also counted by a fenced counter.";
    static final List<String> HEAD = List.of(
            "", "made", "grants", "unknown", "two holders at once", "tokens that fell", "updates lost", "verdict");

    private NemesisCells() {}

    /** One row for each nemesis of each run, with a cell for each column; none if no store has any. */
    static List<List<String>> rows(FaultReport report) {
        List<List<String>> rows = new ArrayList<>();
        for (StoreFaults store : report.stores()) {
            for (FaultResult run : store.runs()) {
                run.nemeses().forEach(nemesis -> rows.add(row(store.store(), nemesis)));
            }
        }
        return rows;
    }

    private static List<String> row(String store, NemesisResult nemesis) {
        String first = store + ": " + nemesis.title();
        if (nemesis.impossible() != null) {
            return List.of(first, "-", "-", "-", "-", "-", "-", "· " + nemesis.impossible());
        }
        return List.of(
                first,
                nemesis.strikes() + " times",
                Integer.toString(nemesis.grants()),
                Integer.toString(nemesis.unknown()),
                Integer.toString(nemesis.doubleHolders()),
                Integer.toString(nemesis.regressions()),
                Long.toString(nemesis.lostUpdates()),
                nemesis.clean() ? "✓" : "✗");
    }
}
