package dev.holdfast.lock.cli;

import static dev.holdfast.lock.cli.HtmlReport.escaped;

import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.faults.FaultResult;
import dev.holdfast.lock.tck.faults.FaultResult.Finding;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The fault runs as a part of the HTML report. Tables scroll sideways on a phone; nothing is loaded. */
final class FaultHtml {
    static final String STYLE =
            """
            .kept{color:#1a7f37}.broken{background:#ffe3e1;color:#b42318;font-weight:700}
            .except_exclusion{background:#eef4ff;color:#1f4fa3}.impossible{color:#8fa0b0}
            figure{margin:1rem 0;overflow-x:auto}figure svg{min-width:36rem;max-width:48rem;width:100%}
            pre,p.broken{white-space:pre-wrap;font-size:.85em}details{margin:.5rem 0}
            .many .faults th:first-child{white-space:nowrap}
            @media (max-width:48rem){.faults{min-width:36rem}}
            @media print{details{break-inside:avoid}}
            """;

    private FaultHtml() {}

    static String of(FaultReport report) {
        StringBuilder html = new StringBuilder(
                        "<h2>Faults</h2>\n<p>Processes contend for locks while one thing after the ")
                .append("other breaks: they, their connections, their store. Then the history that they wrote is ")
                .append("checked.</p>\n<div class=\"wide\"><table class=\"faults\"><thead>");
        row(html, report, "fault", store -> "<th>" + escaped(store.store()) + "</th>");
        html.append("</thead><tbody>\n");
        for (Fault fault : FaultCells.faults(report)) {
            row(html, report, fault.title(), store -> cell(store, fault));
        }
        html.append("</tbody><tbody>\n");
        for (Rule rule : FaultCells.rules(report)) {
            row(html, report, rule.name() + " under all of them", store -> cell(store, rule));
        }
        html.append("</tbody></table></div>\n<p>").append(FaultCells.LEGEND).append("</p>\n<ul>\n");
        FaultCells.notes(report)
                .forEach(note -> html.append("<li>").append(escaped(note)).append("</li>\n"));
        html.append(
                "</ul>\n<h2>What was measured under faults</h2>\n<div class=\"wide\"><table class=\"faults\"><thead>");
        row(html, report, "", store -> "<th>" + escaped(store.store()) + "</th>");
        html.append("</thead><tbody>\n");
        FaultCells.measures(report)
                .forEach((name, value) ->
                        row(html, report, name, store -> "<td>" + escaped(value.apply(store)) + "</td>"));
        html.append("</tbody></table></div>\n");
        nemeses(html, NemesisCells.rows(report));
        html.append("<h2>When to choose which</h2>\n<dl>\n");
        report.stores().forEach(store -> html.append("<dt><b>")
                .append(escaped(store.store()))
                .append("</b></dt><dd>")
                .append(escaped(store.choose()))
                .append("</dd>\n"));
        html.append("</dl>\n");
        findings(report, html);
        return html.toString();
    }

    private static void nemeses(StringBuilder html, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        html.append("<h2>").append(NemesisCells.TITLE).append("</h2>\n<p>").append(NemesisCells.WHAT);
        html.append("</p>\n<div class=\"wide\"><table class=\"faults\"><thead>");
        cells(html, NemesisCells.HEAD);
        html.append("</thead><tbody>\n");
        rows.forEach(row -> cells(html, row));
        html.append("</tbody></table></div>\n");
    }

    private static void cells(StringBuilder html, List<String> cells) {
        html.append("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            String tag = i == 0 ? "th" : "td";
            html.append('<').append(tag).append('>').append(escaped(cells.get(i)));
            html.append("</").append(tag).append('>');
        }
        html.append("</tr>\n");
    }

    private static String cell(StoreFaults store, Fault fault) {
        return FaultCells.of(store, fault)
                .map(verdict -> "<td class=\"" + verdict.verdict().name().toLowerCase(Locale.ROOT) + "\" title=\""
                        + escaped(verdict.detail()) + "\">" + FaultCells.symbol(verdict.verdict()) + "</td>")
                .orElse("<td>!</td>");
    }

    private static String cell(StoreFaults store, Rule rule) {
        return FaultCells.of(store, rule)
                .map(verdict -> "<td class=\"" + verdict.name().toLowerCase(Locale.ROOT) + "\">"
                        + FaultCells.symbol(verdict) + "</td>")
                .orElse("<td>!</td>");
    }

    private static void row(StringBuilder html, FaultReport report, String first, Function<StoreFaults, String> cell) {
        html.append("<tr><th>").append(escaped(first)).append("</th>");
        report.stores().forEach(store -> html.append(cell.apply(store)));
        html.append("</tr>\n");
    }

    private static void findings(FaultReport report, StringBuilder html) {
        html.append("<h2>What was seen</h2>\n");
        for (StoreFaults store : report.stores()) {
            for (FaultResult run : store.runs()) {
                for (Finding finding : run.findings()) {
                    finding(store, run, finding, html);
                }
            }
        }
        FaultCells.problems(report).forEach(line -> html.append("<p class=\"broken\">")
                .append(escaped(line))
                .append("</p>\n"));
    }

    private static void finding(StoreFaults store, FaultResult run, Finding finding, StringBuilder html) {
        html.append(finding.predicted() ? "<details>" : "<details open>")
                .append("<summary>")
                .append(escaped(store.store() + ", seed " + run.seed() + ": " + finding.rule()
                        + (finding.predicted() ? ", as documented" : " BROKEN")))
                .append("</summary><pre>")
                .append(escaped(finding.text()))
                .append("</pre><figure>")
                .append(finding.picture())
                .append("</figure></details>\n");
    }
}
