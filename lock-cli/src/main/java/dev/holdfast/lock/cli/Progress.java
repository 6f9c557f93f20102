package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.RuleResult;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One line for each store while the kit runs: redrawn in place on a terminal, written when a store starts and ends
 * elsewhere. Safe for use by several threads.
 */
final class Progress implements AutoCloseable {
    private static final long REDRAW_MILLIS = 500;

    private final PrintWriter err;
    private final boolean terminal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Timer redraw = new Timer("progress", true);
    private boolean drawn;

    private static final class Row {
        private String state = "waits";
        private long began; // 0 before it starts
        private int done;
        private int total;
        private long tookSeconds = -1;
    }

    Progress(List<String> stores, PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
        stores.forEach(store -> rows.put(store, new Row()));
        if (terminal) {
            redraw.schedule(drawing(), 0, REDRAW_MILLIS);
        }
    }

    private TimerTask drawing() {
        return new TimerTask() {
            @Override
            public void run() {
                locked(Progress.this::draw);
            }
        };
    }

    /** The store's JVM is on its way. */
    void starting(String store) {
        locked(() -> {
            row(store).state = "starts";
            row(store).began = System.nanoTime();
        });
    }

    void started(String store, String version) {
        change(store, "runs, version " + version, false);
    }

    void done(String store, int done, int total) {
        locked(() -> {
            row(store).done = done;
            row(store).total = total;
        });
    }

    void ended(String store, List<Line> rules) {
        long failed = rules.stream()
                .filter(line -> line.is(RuleResult.FAIL) || line.is(RuleResult.MISSING))
                .count();
        change(store, failed == 0 ? "done" : "done, " + failed + " rules not shown", true);
    }

    /** What the fault run of this store does now. */
    void step(String store, String text) {
        locked(() -> row(store).state = text);
    }

    /** The fault run of this store is over. */
    void faultsEnded(String store, String text) {
        change(store, text, false);
    }

    void missing(String store) {
        change(store, "missing", true);
    }

    void failed(String store) {
        change(store, "did not come to an end", true);
    }

    private void change(String store, String state, boolean over) {
        locked(() -> {
            Row row = row(store);
            row.state = state;
            if (over) {
                row.tookSeconds = seconds(row);
            }
            if (!terminal) {
                err.println(line(store, row));
            }
        });
    }

    private Row row(String store) {
        return rows.computeIfAbsent(store, name -> new Row());
    }

    private void draw() {
        if (drawn) {
            err.print("\u001b[" + rows.size() + "A");
        }
        drawn = true;
        rows.forEach((store, row) -> err.println("\u001b[2K" + line(store, row)));
        err.flush();
    }

    private static String line(String store, Row row) {
        String done = row.total == 0 ? "" : String.format("%3d / %-3d rules", row.done, row.total);
        return String.format("  %-22s %15s %5d s  %s", store, done, seconds(row), row.state);
    }

    private static long seconds(Row row) {
        if (row.tookSeconds >= 0 || row.began == 0) {
            return Math.max(0, row.tookSeconds);
        }
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - row.began);
    }

    private void locked(Runnable task) {
        lock.lock();
        try {
            task.run();
        } finally {
            lock.unlock();
        }
    }

    /** Draws for the last time. */
    @Override
    public void close() {
        redraw.cancel();
        if (terminal) {
            locked(this::draw);
        }
    }
}
