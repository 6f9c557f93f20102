package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.cli.ReportModel.Figures;
import java.util.List;
import java.util.Locale;

/** Latencies as horizontal bars on a logarithmic scale, in SVG. */
final class LatencyChart {
    private static final int LEFT = 190;
    private static final int WIDTH = 560;
    private static final int BAR = 16;
    private static final int STORE = 52;
    private static final double LOWEST_MICROS = 0.1;

    private LatencyChart() {}

    static String of(ReportModel report) {
        List<Column> measured = report.stores().stream()
                .filter(column -> column.figures() != null)
                .toList();
        double highest = measured.stream()
                .map(Column::figures)
                .mapToDouble(figures ->
                        figures == null ? 0 : Math.max(figures.acquireP99Micros(), figures.releaseP99Micros()))
                .max()
                .orElse(1);
        double decades = Math.max(1, Math.ceil(Math.log10(highest / LOWEST_MICROS)));
        int height = measured.size() * STORE + 40;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg role=\"img\" aria-label=\"latencies\" width=\"%d\" height=\"%d\">%n",
                LEFT + WIDTH + 180,
                height));
        for (int decade = 0; decade <= decades; decade++) {
            double x = LEFT + WIDTH * decade / decades;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"0\" y2=\"%d\" stroke=\"#e3e8ee\"/>"
                            + "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    x,
                    x,
                    height - 25,
                    x,
                    height - 8,
                    axis(LOWEST_MICROS * Math.pow(10, decade))));
        }
        int y = 6;
        for (Column column : measured) {
            Figures figures = column.figures();
            if (figures != null) {
                svg.append(text(0, y + BAR, column.store()));
                bar(svg, y, "acquire", "#2f6fdf", figures.acquireP50Micros(), figures.acquireP99Micros(), decades);
                bar(
                        svg,
                        y + BAR + 4,
                        "release",
                        "#7aa7f0",
                        figures.releaseP50Micros(),
                        figures.releaseP99Micros(),
                        decades);
            }
            y += STORE;
        }
        return svg.append("</svg>\n").toString();
    }

    private static void bar(
            StringBuilder svg, int y, String what, String colour, double p50, double p99, double decades) {
        double middle = x(p50, decades);
        double end = x(p99, decades);
        svg.append(text(LEFT - 60, y + BAR - 4, what));
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                        + "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#1c2733\"/>%n",
                LEFT,
                y,
                middle - LEFT,
                BAR,
                colour,
                middle,
                end,
                y + BAR / 2,
                y + BAR / 2));
        svg.append(text((int) end + 6, y + BAR - 4, TerminalReport.micros(p50) + " / " + TerminalReport.micros(p99)));
    }

    private static double x(double micros, double decades) {
        double share = Math.log10(Math.max(micros, LOWEST_MICROS) / LOWEST_MICROS) / decades;
        return LEFT + WIDTH * Math.min(1, share);
    }

    private static String axis(double micros) {
        return micros >= 1_000
                ? String.format(Locale.ROOT, "%.0f ms", micros / 1_000)
                : String.format(Locale.ROOT, micros < 1 ? "%.1f µs" : "%.0f µs", micros);
    }

    private static String text(int x, int y, String words) {
        return String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s</text>%n", x, y, HtmlReport.escaped(words));
    }
}
