package dev.holdfast.lock.bench.report;

import dev.holdfast.lock.bench.run.Metric;
import dev.holdfast.lock.bench.run.Role;
import java.util.List;
import java.util.Locale;

/** The key figure of each contender as a horizontal bar with its interval, in SVG. */
final class BarChart {
    private static final int LEFT = 230;
    private static final int WIDTH = 560;
    private static final int BAR = 16;
    private static final int STEP = 24;

    private BarChart() {}

    /** Empty if there is nothing to compare. */
    static String of(ScenarioTable table) {
        Metric key = Columns.key(table.kind());
        List<Row> rows = table.rows().stream()
                .filter(row -> row.estimates().containsKey(key))
                .toList();
        if (rows.size() < 2) {
            return "";
        }
        double highest = rows.stream()
                .map(row -> row.estimates().get(key))
                .mapToDouble(estimate -> estimate == null ? 0 : estimate.high())
                .max()
                .orElse(1);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg role=\"img\" aria-label=\"%s\" width=\"%d\" height=\"%d\">%n",
                HtmlPage.escaped(table.title() + ", " + key.title()),
                LEFT + WIDTH + 160,
                rows.size() * STEP + 26));
        int y = 2;
        for (Row row : rows) {
            Estimate estimate = row.estimates().get(key);
            if (estimate != null) {
                bar(svg, y, row, estimate, highest <= 0 ? 1 : highest);
            }
            y += STEP;
        }
        return svg.append(text(LEFT, y + BAR, key.title())).append("</svg>\n").toString();
    }

    private static void bar(StringBuilder svg, int y, Row row, Estimate estimate, double highest) {
        double scale = WIDTH / highest;
        svg.append(text(0, y + BAR - 4, row.contender()));
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                        + "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#1c2733\"/>%n",
                LEFT,
                y,
                estimate.median() * scale,
                BAR,
                colour(row.role()),
                LEFT + estimate.low() * scale,
                LEFT + estimate.high() * scale,
                y + BAR / 2,
                y + BAR / 2));
        svg.append(text((int) (LEFT + estimate.high() * scale) + 6, y + BAR - 4, Figures.median(estimate)));
    }

    private static String colour(Role role) {
        return switch (role) {
            case ROUND_TRIP -> "#d5dde6";
            case FLOOR -> "#8fa0b0";
            case HOLDFAST -> "#2f6fdf";
            case PEER -> "#7aa7f0";
        };
    }

    private static String text(int x, int y, String words) {
        return String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s</text>%n", x, y, HtmlPage.escaped(words));
    }
}
