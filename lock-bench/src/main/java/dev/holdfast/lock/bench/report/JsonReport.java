package dev.holdfast.lock.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** The report for programs: {@link BenchReport} as it is, the value of every round included. */
public final class JsonReport {
    private static final Gson GSON = new GsonBuilder()
            .serializeNulls()
            .disableHtmlEscaping()
            .setPrettyPrinting()
            .create();

    private JsonReport() {}

    /** The whole report. */
    public static String of(BenchReport report) {
        return GSON.toJson(report) + "\n";
    }
}
