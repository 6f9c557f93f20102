package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.cli.ReportModel.Line;
import dev.holdfast.lock.tck.Rule;
import java.util.Locale;

/** The report as one HTML file that needs nothing beside itself. */
final class HtmlReport {
    private static final String STYLE =
            """
            body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1c2733}
            h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
            table{border-collapse:collapse;width:100%}
            th,td{padding:.2rem .6rem;border-bottom:1px solid #e3e8ee;text-align:center}
            thead th{position:sticky;top:0;background:#fff}th small{display:block;font-weight:normal;color:#66788a}
            tbody th{font-weight:600;text-align:left;background:#fff;position:sticky;left:0}
            tbody+tbody{border-top:2px solid #9fb0c0}
            .says{text-align:left;min-width:22rem}.many{max-width:112rem}.many th,.many td{padding:.2rem .3rem}
            .pass{color:#1a7f37}.fail{background:#ffe3e1;color:#b42318;font-weight:700}
            .missing{background:#fff3d6;color:#8a5a00;font-weight:700}
            .not-claimed,.not-applicable,.untestable{color:#8fa0b0}
            svg text{font:12px system-ui,sans-serif;fill:#1c2733}
            @media (max-width:48rem){.wide{overflow-x:auto}.says{min-width:34rem}
            thead th{position:static}}
            """;

    /** More columns than that need the whole width of a screen. */
    private static final int MANY = 8;

    private HtmlReport() {}

    static String of(ReportModel report) {
        StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
                .append("<title>Lock stores side by side</title><style>\n")
                .append(STYLE)
                .append(report.faults() == null ? "" : FaultHtml.STYLE)
                .append("</style></head><body")
                .append(report.stores().size() > MANY ? " class=\"many\"" : "")
                .append(">\n<h1>Lock stores side by side</h1>\n")
                .append("<p>The rules of the Holdfast specification on each store. A cell tells its reason when you ")
                .append("point at it.</p>\n");
        matrix(report, html);
        html.append("<p>").append(Symbols.LEGEND).append("</p>\n");
        problems(report, html);
        FaultReport faults = report.faults();
        if (faults != null) {
            html.append(FaultHtml.of(faults));
        }
        html.append("<h2>What an uncontended acquire and release cost</h2>\n")
                .append("<p>One client, a free lock, store on the same machine. Bars end at the median, whiskers at ")
                .append("the 99th percentile; the scale is logarithmic.</p>\n")
                .append(LatencyChart.of(report))
                .append(String.format(Locale.ROOT, "<p>Took %.0f s.</p>%n</body></html>%n", report.wallSeconds()));
        return html.toString();
    }

    private static void matrix(ReportModel report, StringBuilder html) {
        html.append("<div class=\"wide\"><table><thead><tr><th>rule</th>");
        for (Column column : report.stores()) {
            html.append("<th>")
                    .append(escaped(column.store()))
                    .append("<small>")
                    .append(escaped(column.shortVersion()))
                    .append("</small></th>");
        }
        html.append("<th>what it says</th></tr></thead><tbody>\n");
        for (Rule rule : Rule.values()) {
            html.append("<tr><th>").append(rule.name()).append("</th>");
            for (Column column : report.stores()) {
                cell(column.line(rule), html);
            }
            html.append("<td class=\"says\">").append(escaped(rule.sentence())).append("</td></tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private static void cell(Line line, StringBuilder html) {
        String title = line.result() + (line.detail().isEmpty() ? "" : ": " + line.detail());
        html.append("<td class=\"")
                .append(line.result())
                .append("\" title=\"")
                .append(escaped(title))
                .append("\">")
                .append(Symbols.of(line.kind()))
                .append("</td>");
    }

    private static void problems(ReportModel report, StringBuilder html) {
        html.append("<ul>\n");
        for (Column column : report.stores()) {
            for (Line line : MarkdownReport.problems(column)) {
                html.append("<li>")
                        .append(escaped(column.store() + " " + line.id() + " " + line.result() + ": " + line.detail()))
                        .append("</li>\n");
            }
        }
        html.append("</ul>\n");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
