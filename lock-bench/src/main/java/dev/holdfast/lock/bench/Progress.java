package dev.holdfast.lock.bench;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** One line that says what is being measured: redrawn in place on a terminal, once per scenario elsewhere. */
final class Progress {
    private final PrintWriter err;
    private final boolean terminal;
    private long began;
    private int scenarios;
    private int done = -1;
    private String what = "";

    Progress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    void begin(int howMany) {
        began = System.nanoTime();
        scenarios = howMany;
    }

    void scenario(String store, String scenario) {
        done++;
        what = String.format(Locale.ROOT, "%-20s %-22s", store, scenario);
        if (!terminal) {
            err.println(line(""));
        }
    }

    void step(String step) {
        if (terminal) {
            err.print("\r\u001b[2K" + line(step));
            err.flush();
        }
    }

    private String line(String step) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
        return String.format(Locale.ROOT, "  %3d / %d %5d s  %s %s", done + 1, scenarios, seconds, what, step)
                .stripTrailing();
    }

    void end() {
        if (terminal) {
            err.print("\r\u001b[2K");
            err.flush();
        }
    }
}
