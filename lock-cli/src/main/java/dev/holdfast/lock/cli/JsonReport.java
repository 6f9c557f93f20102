package dev.holdfast.lock.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** The report for programs: {@link ReportModel} as it is, absent figures as {@code null}. */
final class JsonReport {
    private static final Gson GSON = new GsonBuilder()
            .serializeNulls()
            .disableHtmlEscaping()
            .setPrettyPrinting()
            .create();

    private JsonReport() {}

    static String of(ReportModel report) {
        return GSON.toJson(report) + "\n";
    }
}
