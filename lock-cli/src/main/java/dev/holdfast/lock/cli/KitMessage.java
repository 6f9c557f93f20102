package dev.holdfast.lock.cli;

import com.google.gson.Gson;
import dev.holdfast.lock.cli.ReportModel.Figures;
import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.faults.FaultResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One line from the JVM that runs the kit on a store to the one that compares. Absent parts are null. */
record KitMessage(
        Kind kind,
        @Nullable String text,
        int done,
        int total,
        @Nullable List<Line> rules,
        @Nullable Figures figures,
        @Nullable FaultResult faults) {
    enum Kind {
        /** The store serves; the text is its version. */
        STARTED,
        /** Some rules are done. */
        PROGRESS,
        /** All rules are done. */
        RULES,
        /** What the fault run does now. */
        STEP,
        /** The fault run is over. */
        FAULTS,
        /** What it costs. */
        FIGURES,
        /** It did not come to an end; the text says why. */
        FAILED
    }

    private static final Gson GSON = new Gson();

    static KitMessage text(Kind kind, String text) {
        return new KitMessage(kind, text, 0, 0, null, null, null);
    }

    static KitMessage progress(int done, int total) {
        return new KitMessage(Kind.PROGRESS, null, done, total, null, null, null);
    }

    static KitMessage rules(List<Line> rules) {
        return new KitMessage(Kind.RULES, null, 0, 0, rules, null, null);
    }

    static KitMessage faults(FaultResult faults) {
        return new KitMessage(Kind.FAULTS, null, 0, 0, null, null, faults);
    }

    static KitMessage figures(Figures figures) {
        return new KitMessage(Kind.FIGURES, null, 0, 0, null, figures, null);
    }

    String encoded() {
        return GSON.toJson(this);
    }

    static KitMessage decoded(String line) {
        return GSON.fromJson(line, KitMessage.class);
    }
}
