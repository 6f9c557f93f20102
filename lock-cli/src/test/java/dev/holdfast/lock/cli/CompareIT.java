package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfast compare} as a whole, on the store that needs nothing, and on one that is not there. */
@Timeout(300)
class CompareIT {
    @TempDir
    private Path directory;

    @Test
    void memoryKeepsEveryRuleThatConcernsIt() throws Exception {
        Path json = directory.resolve("reports/compare.json");
        Path html = directory.resolve("reports/compare.html");
        Path markdown = directory.resolve("reports/compare.md");

        Cli.Outcome outcome =
                Cli.call("compare", "--stores=memory", "--json=" + json, "--html=" + html, "--markdown=" + markdown);

        JsonObject memory = JsonParser.parseString(Files.readString(json))
                .getAsJsonObject()
                .getAsJsonArray("stores")
                .get(0)
                .getAsJsonObject();
        JsonObject figures = memory.getAsJsonObject("figures");
        assertAll(
                () -> assertEquals(0, outcome.status(), outcome.out() + outcome.err()),
                () -> assertEquals("pass", result(memory, "S1")),
                () -> assertEquals("not-applicable", result(memory, "L1")),
                () -> assertEquals(2.0, figures.get("requestsPerPair").getAsDouble(), 0.05),
                () -> assertTrue(figures.get("acquireP50Micros").getAsDouble() > 0),
                () -> assertTrue(outcome.out().contains("S1"), outcome.out()),
                () -> assertTrue(outcome.err().contains("memory"), outcome.err()),
                () -> assertTrue(Files.readString(html).contains("</html>")),
                () -> assertTrue(Files.readString(markdown).contains("| S1 | ✓ |")));
    }

    @Test
    void faultsAreAPartOfEveryReport() throws Exception {
        Path json = directory.resolve("faults.json");
        Path html = directory.resolve("faults.html");

        Cli.Outcome outcome = Cli.call(
                "compare", "--stores=memory", "--faults", "--seed=7", "--repeat=2", "--json=" + json, "--html=" + html);

        JsonObject memory = JsonParser.parseString(Files.readString(json))
                .getAsJsonObject()
                .getAsJsonObject("faults")
                .getAsJsonArray("stores")
                .get(0)
                .getAsJsonObject();
        assertAll(
                () -> assertEquals(0, outcome.status(), outcome.out() + outcome.err()),
                () -> assertEquals(2, memory.getAsJsonArray("runs").size()),
                () -> assertTrue(memory.getAsJsonArray("differences").isEmpty(), memory.toString()),
                () -> assertTrue(outcome.out().contains("lease ended by the store"), outcome.out()),
                () -> assertTrue(outcome.out().contains("7 8"), "the seeds: " + outcome.out()),
                () -> assertTrue(Files.readString(html).contains("When to choose which")));
    }

    @Test
    void storeThatDoesNotAnswerIsMissing() {
        Cli.Outcome outcome = Cli.call("compare", "--url", "redis://app:hunter2@127.0.0.1:1");

        assertAll(
                () -> assertEquals(3, outcome.status(), outcome.out() + outcome.err()),
                () -> assertTrue(outcome.out().contains("redis is missing: "), outcome.out()),
                () -> assertFalse((outcome.out() + outcome.err()).contains("hunter2")));
    }

    private static String result(JsonObject store, String id) {
        for (JsonElement rule : store.getAsJsonArray("rules")) {
            if (rule.getAsJsonObject().get("id").getAsString().equals(id)) {
                return rule.getAsJsonObject().get("result").getAsString();
            }
        }
        return "no such rule";
    }
}
