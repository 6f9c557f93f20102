package dev.holdfast.lock.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/** The report for programs: {@link ReportModel} as it is, absent figures as {@code null}. */
final class JsonReport {
    private static final Gson GSON = new GsonBuilder()
            .serializeNulls()
            .disableHtmlEscaping()
            .setPrettyPrinting()
            .create();

    private JsonReport() {}

    static String of(ReportModel report) {
        JsonObject json = GSON.toJsonTree(report).getAsJsonObject();
        if (report.faults() == null) {
            json.remove("faults"); // nobody asked
        }
        return GSON.toJson(json) + "\n";
    }
}
