package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.cli.ReportModel.Figures;
import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.RuleResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {
    private static final Figures FIGURES = new Figures(2.0, 100.5, 900, 80, 700.5);
    private static final Column GOOD = new Column("redis", "redis", "7.0.15", all(RuleResult.PASS, ""), FIGURES);
    private static final Column ABSENT = Column.missing("etcd", "etcd", "etcd: apt-get install etcd-server");

    private static List<Line> all(RuleResult result, String detail) {
        return Arrays.stream(Rule.values())
                .map(rule -> new Line(rule.name(), result.toString(), detail))
                .toList();
    }

    private static Column bad(RuleResult result) {
        List<Line> lines = new java.util.ArrayList<>(all(RuleResult.PASS, ""));
        lines.set(0, new Line("S1", result.toString(), "s1_x: 2 <holders> | \"at once\""));
        return new Column("memory", "memory", "-", lines, FIGURES);
    }

    private static ReportModel report(Column... columns) {
        return new ReportModel(12.5, List.of(columns), null);
    }

    @Test
    void exitStatusTellsTheWorst() {
        assertAll(
                () -> assertEquals(0, report(GOOD).exitStatus()),
                () -> assertEquals(0, report(bad(RuleResult.NOT_CLAIMED)).exitStatus()),
                () -> assertEquals(1, report(GOOD, bad(RuleResult.FAIL)).exitStatus()),
                () -> assertEquals(1, report(bad(RuleResult.MISSING)).exitStatus()),
                () -> assertEquals(3, report(GOOD, ABSENT).exitStatus()),
                () -> assertEquals(1, report(ABSENT, bad(RuleResult.FAIL)).exitStatus()));
    }

    @Test
    void jsonHasTheShapeThatProgramsExpect() {
        JsonObject json =
                JsonParser.parseString(JsonReport.of(report(GOOD, ABSENT))).getAsJsonObject();
        JsonObject redis = json.getAsJsonArray("stores").get(0).getAsJsonObject();
        JsonObject etcd = json.getAsJsonArray("stores").get(1).getAsJsonObject();
        JsonObject rule = etcd.getAsJsonArray("rules").get(0).getAsJsonObject();

        assertAll(
                () -> assertEquals(List.of("wall_s", "stores"), List.copyOf(json.keySet())),
                () -> assertEquals(12.5, json.get("wall_s").getAsDouble()),
                () -> assertEquals(
                        List.of("store", "scheme", "version", "rules", "figures"), List.copyOf(redis.keySet())),
                () -> assertEquals(
                        Rule.values().length, redis.getAsJsonArray("rules").size()),
                () -> assertEquals(List.of("id", "result", "detail"), List.copyOf(rule.keySet())),
                () -> assertEquals("missing", rule.get("result").getAsString()),
                () -> assertEquals(
                        List.of(
                                "requestsPerPair",
                                "acquireP50Micros",
                                "acquireP99Micros",
                                "releaseP50Micros",
                                "releaseP99Micros"),
                        List.copyOf(redis.getAsJsonObject("figures").keySet())),
                () -> assertTrue(etcd.get("figures").isJsonNull()));
    }

    @Test
    void terminalReportIsOneMatrixOfThatWidth() {
        String text = TerminalReport.of(report(GOOD, bad(RuleResult.FAIL), ABSENT), false, 100);
        List<String> lines = text.lines().toList();

        assertAll(
                () -> assertTrue(lines.get(0).matches("\\s+redis\\s+memory\\s+etcd"), lines.get(0)),
                () -> assertTrue(lines.get(2).matches("S1 +✓ +✗ +! +A lock MUST NOT .*…"), lines.get(2)),
                () -> assertTrue(
                        lines.subList(0, 2 + Rule.values().length).stream().allMatch(l -> l.length() <= 100)),
                () -> assertTrue(text.contains("memory S1 FAILED: s1_x"), text),
                () -> assertTrue(text.contains("etcd is missing: etcd: apt-get install"), text),
                () -> assertTrue(text.contains(Symbols.LEGEND)),
                () -> assertFalse(text.contains("\u001b[")));
    }

    @Test
    void coloursAreOnlyThereWhenAskedFor() {
        assertTrue(TerminalReport.of(report(GOOD), true, 100).contains("\u001b[32m"));
    }

    @Test
    void htmlIsSelfContainedAndEscaped() {
        String html = HtmlReport.of(report(GOOD, bad(RuleResult.FAIL), ABSENT));

        assertAll(
                () -> assertTrue(html.contains("2 &lt;holders&gt; | &quot;at once&quot;"), html),
                () -> assertFalse(html.contains("<holders>")),
                () -> assertTrue(html.contains("<svg")),
                () -> assertFalse(html.contains("NaN")),
                () -> assertFalse(html.matches("(?s).*(src|href)=.*"), "nothing is loaded"));
    }

    @Test
    void markdownHasOneRowForEachRule() {
        String text = MarkdownReport.of(report(GOOD, bad(RuleResult.FAIL)));

        assertAll(
                () -> assertEquals(
                        Rule.values().length,
                        text.lines()
                                .filter(line -> line.matches("\\| [A-Z]\\d+ \\|.*"))
                                .count()),
                () -> assertTrue(text.contains("| S1 | ✓ | ✗ |"), text),
                () -> assertTrue(text.contains("2 &lt;holders> \\| \"at once\""), text));
    }

    @Test
    void readmeTableReplacesWhatStandsBetweenTheMarkers(@TempDir Path directory) throws IOException {
        Path readme = directory.resolve("README.md");
        Files.writeString(readme, "before\n" + ReadmeTable.BEGIN + "OLD TABLE\n" + ReadmeTable.END + "after\n");

        ReadmeTable.in(readme).replaceWith(report(GOOD, ABSENT));

        String text = Files.readString(readme);
        assertAll(
                () -> assertTrue(text.startsWith("before\n" + ReadmeTable.BEGIN + "|"), text),
                () -> assertTrue(text.endsWith(ReadmeTable.END + "after\n"), text),
                () -> assertFalse(text.contains("OLD TABLE")),
                () -> assertTrue(text.contains("| S1 | ✓ | ! |"), text),
                () -> assertTrue(text.contains("| X | 3✓ | 3! | claims |"), text));
    }
}
