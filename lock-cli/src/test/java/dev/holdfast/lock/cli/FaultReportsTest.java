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
import dev.holdfast.lock.tck.faults.FaultResult;
import dev.holdfast.lock.tck.faults.FaultResult.FaultVerdict;
import dev.holdfast.lock.tck.faults.FaultResult.Finding;
import dev.holdfast.lock.tck.faults.FaultResult.Measures;
import dev.holdfast.lock.tck.faults.FaultResult.RuleVerdict;
import dev.holdfast.lock.tck.faults.FaultResult.Verdict;
import dev.holdfast.lock.tck.faults.NemesisResult;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fault runs in each form of the report. */
class FaultReportsTest {
    private static FaultResult run(long seed, Verdict emptied, Finding... findings) {
        return new FaultResult(
                seed,
                60,
                List.of(new RuleVerdict("S2", Verdict.KEPT, 0)),
                List.of(
                        new FaultVerdict("holder-killed", "holder killed", Verdict.KEPT, "", 1, 1002.4, 0),
                        new FaultVerdict("leader-killed", "leader killed", Verdict.KEPT, "", 1, 612.3, 0),
                        new FaultVerdict(
                                "store-emptied", "store restarted without data", emptied, "a <reason>", 1, 14, 2)),
                new Measures(500, 19, 8.14, 1002.4, 2, 5, 0, 8),
                List.of(findings),
                List.of(
                        new NemesisResult("any two die", seed, 20, 6, 1234, 7, 0, 0, 0, List.of(), null),
                        new NemesisResult("clocks jump", seed, 0, 0, 0, 0, 0, 0, 0, List.of(), "no <compiler>")),
                findings.length == 0 ? null : "target/holdfast-faults1/history");
    }

    private static final FaultResult FINE = run(7, Verdict.EXCEPT_EXCLUSION);
    private static final FaultResult BROKEN =
            run(8, Verdict.BROKEN, new Finding("S1", false, "S1: <a> and b both held", "<svg></svg>"));

    private static ReportModel report(FaultResult... runs) {
        List<Line> lines = Arrays.stream(Rule.values())
                .map(rule -> new Line(rule.name(), RuleResult.PASS.toString(), ""))
                .toList();
        Column redis = new Column("redis", "redis", "7.0.15", lines, new Figures(2.0, 100, 900, 80, 700));
        StoreFaults faults = new StoreFaults("redis", List.of(runs), 0);
        return new ReportModel(12.5, List.of(redis), new FaultReport(List.of(faults)));
    }

    @Test
    void exitStatusKnowsWhatIsBrokenAndWhatIsDocumented() {
        StoreFaults failed = new StoreFaults("redis", List.of(FINE), 1);
        assertAll(
                () -> assertEquals(0, report(FINE).exitStatus()),
                () -> assertEquals(1, report(BROKEN).exitStatus()),
                () -> assertEquals(
                        0, report(FINE, run(8, Verdict.EXCEPT_EXCLUSION)).exitStatus()),
                () -> assertEquals(1, report(FINE, run(8, Verdict.KEPT)).exitStatus(), "runs must say the same"),
                () -> assertFalse(failed.clean()));
    }

    @Test
    void terminalHasAMatrixMeasuresAndASentence() {
        String text = TerminalReport.of(report(FINE), false, 120);
        assertAll(
                () -> assertTrue(text.contains("holder killed"), text),
                () -> assertTrue(text.lines().anyMatch(line -> line.matches("store restarted without data +~")), text),
                () -> assertFalse(text.contains("link swallows everything"), "nobody made it"),
                () -> assertTrue(text.lines().anyMatch(line -> line.matches("smallest time from loss.* 8\\.1")), text),
                () -> assertTrue(
                        text.lines().anyMatch(line -> line.matches("outage: leader killed \\(ms\\) +612")), text),
                () -> assertTrue(text.contains("redis: Choose it for the cheapest locks"), text),
                () -> assertFalse(text.contains("FAILED"), text),
                () -> assertTrue(
                        TerminalReport.of(report(BROKEN), false, 120).contains("FAILED redis (seed 8) S1: <a>")),
                () -> assertTrue(TerminalReport.of(report(BROKEN), false, 120)
                        .contains("the whole history is in target/holdfast-faults1/history")));
    }

    @Test
    void htmlIsSelfContainedAndEscapedAndShowsThePicture() {
        String html = HtmlReport.of(report(BROKEN));
        assertAll(
                () -> assertTrue(html.contains("S1: &lt;a&gt; and b both held"), html),
                () -> assertTrue(html.contains("<figure><svg></svg></figure>"), html),
                () -> assertTrue(html.contains("width=device-width"), html),
                () -> assertTrue(html.contains("class=\"broken\""), html),
                () -> assertFalse(html.matches("(?s).*(src|href)=.*"), "nothing is loaded"));
    }

    @Test
    void markdownHasRowsForFaultsAndMeasures() {
        String text = MarkdownReport.of(report(FINE));
        assertAll(
                () -> assertTrue(text.contains("| store restarted without data | ~ |"), text),
                () -> assertTrue(text.contains("| stale requests rejected by the fence | 5 |"), text),
                () -> assertTrue(text.contains("| seeds | 7 |"), text));
    }

    @Test
    void everyFormSaysWhatBefellAStoreAgainAndAgain() {
        String terminal = TerminalReport.of(report(FINE), false, 120);
        assertAll(
                () -> assertTrue(
                        terminal.lines()
                                .anyMatch(line -> line.matches("redis: any two die +6 times +1234 +7 +0 +0 +0 +✓")),
                        terminal),
                () -> assertTrue(terminal.contains("· no <compiler>"), terminal),
                () -> assertTrue(MarkdownReport.of(report(FINE))
                        .contains("| redis: any two die | 6 times | 1234 | 7 | 0 | 0 | 0 | ✓ |")),
                () -> assertTrue(HtmlReport.of(report(FINE)).contains("<td>1234</td>")),
                () -> assertTrue(HtmlReport.of(report(FINE)).contains("· no &lt;compiler&gt;")));
    }

    @Test
    void aNemesisThatBreaksSomethingBreaksTheRun() {
        NemesisResult broken = new NemesisResult("any two die", 7, 20, 6, 1234, 7, 1, 0, 0, List.of("S1: two"), null);
        FaultResult run =
                new FaultResult(7, 60, FINE.rules(), FINE.faults(), FINE.measures(), List.of(), List.of(broken), null);
        assertAll(
                () -> assertEquals(1, report(run).exitStatus()),
                () -> assertTrue(TerminalReport.of(report(run), false, 120)
                        .contains("FAILED redis (seed 7) any two die: S1: two")));
    }

    @Test
    void jsonHasSeedsAndVerdictsAndNothingUnlessAsked() {
        JsonObject json = JsonParser.parseString(JsonReport.of(report(FINE))).getAsJsonObject();
        JsonObject run = json.getAsJsonObject("faults")
                .getAsJsonArray("stores")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("runs")
                .get(0)
                .getAsJsonObject();
        assertAll(
                () -> assertEquals(7, run.get("seed").getAsLong()),
                () -> assertEquals(
                        "EXCEPT_EXCLUSION",
                        run.getAsJsonArray("faults")
                                .get(2)
                                .getAsJsonObject()
                                .get("verdict")
                                .getAsString()),
                () -> assertFalse(JsonParser.parseString(
                                JsonReport.of(new ReportModel(1, report(FINE).stores(), null)))
                        .getAsJsonObject()
                        .has("faults")));
    }

    @Test
    void everyStoreHasASentence() {
        Subject.all().forEach(subject -> assertTrue(Choice.of(subject.store()).length() > 40, subject.store()));
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertAll(
                () -> assertEquals(2, Cli.call("compare", "--seed", "7").status()),
                () -> assertEquals(
                        2,
                        Cli.call("compare", "--faults", "--url", "redis://127.0.0.1:1")
                                .status()),
                () -> assertEquals(
                        2, Cli.call("compare", "--faults", "--repeat", "0").status()),
                () -> assertEquals(
                        2, Cli.call("compare", "--faults", "--minutes", "-1").status()));
    }
}
