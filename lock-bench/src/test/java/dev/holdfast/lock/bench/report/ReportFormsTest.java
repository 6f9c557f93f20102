package dev.holdfast.lock.bench.report;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportFormsTest {
    private static BenchReport report() {
        BenchReport report = Reports.withHoldfastAt(150.0, 150.0, 150.0, 150.0, 150.0, 150.0);
        String goal = String.join(",", Reports.SCENARIO, Reports.STORE, "pair_p50_us", "floor", "<=", "1.4");
        return report.with(Goals.parse(List.of("scenario,store,metric,versus,op,bound", goal))
                .check(report));
    }

    @Test
    void terminalShowsRatiosFailuresSettingsAndGoals() {
        String text = TerminalTables.of(report());

        assertAll(
                () -> assertTrue(text.contains("redis 7.0.15, --flush yes"), text),
                () -> assertTrue(text.matches("(?s).*Holdfast +150 +150 +1.50 \\[1.50, 1.50] +1 \\[1, 1].*"), text),
                () -> assertTrue(text.contains("other peer failed: java.io.IOException: away"), text),
                () -> assertTrue(
                        text.matches("(?s).*pair p50 µs <= 1.40 x floor +1.50 \\[1.50, 1.50] +MISSED.*"), text));
    }

    @Test
    void jsonHasTheValueOfEveryRound() {
        JsonObject json = JsonParser.parseString(JsonReport.of(report())).getAsJsonObject();

        JsonObject row = json.getAsJsonArray("stores")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("scenarios")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("rows")
                .get(1)
                .getAsJsonObject();
        assertAll(
                () -> assertEquals("Holdfast", row.get("contender").getAsString()),
                () -> assertEquals(
                        6,
                        row.getAsJsonObject("rounds")
                                .getAsJsonArray("pair_p50_us")
                                .size()),
                () -> assertEquals(
                        1.5,
                        row.getAsJsonObject("vsFloor")
                                .getAsJsonObject("pair_p50_us")
                                .get("median")
                                .getAsDouble()),
                () -> assertEquals(
                        "MISSED",
                        json.getAsJsonArray("goals")
                                .get(0)
                                .getAsJsonObject()
                                .get("outcome")
                                .getAsString()));
    }

    @Test
    void htmlIsWellFormedAndHasAPlot() throws Exception {
        String html = HtmlPage.of(report());
        String xml = html.replaceFirst("<!doctype html>", "").replace("<meta charset=\"utf-8\">", "");

        Document page =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
        assertAll(
                () -> assertEquals(1, page.getElementsByTagName("svg").getLength()),
                () -> assertEquals(3, page.getElementsByTagName("rect").getLength()),
                () -> assertTrue(html.contains("one thread &lt;again&gt;")),
                () -> assertTrue(html.contains("class=\"missed\"")));
    }

    @Test
    void missingStoreIsSaid() {
        BenchReport report = new BenchReport(
                List.of(),
                6,
                0.1,
                1,
                List.of(new StoreTable("etcd", "", List.of(), "install it", List.of())),
                List.of());

        assertAll(
                () -> assertTrue(TerminalTables.of(report).contains("etcd is missing: install it")),
                () -> assertTrue(HtmlPage.of(report).contains("etcd is missing: install it")),
                () -> assertTrue(report.isStoreMissing()),
                () -> assertFalse(report.failed()));
    }
}
