package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Role;
import java.util.List;
import java.util.Locale;

/** The report as one HTML file that needs nothing beside itself. */
public final class HtmlPage {
    private static final String STYLE =
            """
            body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1c2733}
            h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem}h3{font-size:1rem;margin:1.8rem 0 .4rem}
            table{border-collapse:collapse;margin:.4rem 0}
            th,td{padding:.2rem .6rem;border-bottom:1px solid #e3e8ee;text-align:right;white-space:nowrap}
            th{font-weight:600}td:first-child,th:first-child{text-align:left}
            .holdfast td{background:#eef4ff}.met{color:#1a7f37}.open{color:#8a5a00}
            .missed,.broken{background:#ffe3e1;color:#b42318;font-weight:700}.not_measured{color:#8fa0b0}
            small{color:#66788a;font-weight:normal}svg text{font:12px system-ui,sans-serif;fill:#1c2733}
            """;

    private final StringBuilder html = new StringBuilder();

    private HtmlPage() {}

    /** The whole page. */
    public static String of(BenchReport report) {
        HtmlPage page = new HtmlPage();
        page.html
                .append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<title>Holdfast beside raw floors and peers</title><style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>Holdfast beside raw floors and peers</h1>\n<p>")
                .append(escaped(String.join(", ", report.machine())))
                .append(String.format(
                        Locale.ROOT,
                        ". Medians of %d rounds; in brackets, and as whiskers, the interval that holds the median with"
                                + " 95 %%. Ratios are taken round by round. Took %.0f s.</p>%n",
                        report.rounds(),
                        report.wallSeconds()));
        page.goals(report.goals());
        report.stores().forEach(page::store);
        return page.html.append("</body></html>\n").toString();
    }

    private void goals(List<Verdict> verdicts) {
        if (verdicts.isEmpty()) {
            return;
        }
        html.append("<h2>Goals</h2>\n<table><tr><th>store</th><th>scenario</th><th>goal</th>"
                + "<th>measured</th><th></th></tr>\n");
        for (Verdict verdict : verdicts) {
            Estimate measured = verdict.measured();
            html.append("<tr>");
            cell("td", verdict.goal().store());
            cell("td", verdict.goal().scenario());
            cell("td", verdict.goal().toString());
            cell("td", measured == null ? "-" : Figures.ratio(measured));
            html.append("<td class=\"")
                    .append(verdict.outcome().name().toLowerCase(Locale.ROOT))
                    .append("\">")
                    .append(escaped(verdict.outcome().words()))
                    .append("</td></tr>\n");
        }
        html.append("</table>\n");
    }

    private void store(StoreTable store) {
        html.append("<h2>").append(escaped(TerminalTables.heading(store))).append("</h2>\n");
        for (ScenarioTable table : store.scenarios()) {
            html.append("<h3>")
                    .append(escaped(table.title()))
                    .append(" <small>")
                    .append(escaped(table.scenario()))
                    .append("</small></h3>\n")
                    .append(BarChart.of(table));
            table(table);
            table.failures().forEach((contender, why) -> cell("p", contender + " failed: " + why));
            table.overlaps().forEach(what -> html.append("<p class=\"broken\">Mutual exclusion broken: ")
                    .append(escaped(what))
                    .append("</p>\n"));
        }
    }

    private void table(ScenarioTable table) {
        List<List<String>> cells = TerminalTables.cells(table);
        html.append("<table>\n");
        for (int line = 0; line < cells.size(); line++) {
            boolean judged = line > 0 && table.rows().get(line - 1).role() == Role.HOLDFAST;
            html.append(judged ? "<tr class=\"holdfast\">" : "<tr>");
            String tag = line == 0 ? "th" : "td";
            cells.get(line).forEach(text -> cell(tag, text));
            html.append("</tr>\n");
        }
        html.append("</table>\n");
    }

    private void cell(String tag, String text) {
        html.append('<')
                .append(tag)
                .append('>')
                .append(escaped(text))
                .append("</")
                .append(tag)
                .append('>');
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
