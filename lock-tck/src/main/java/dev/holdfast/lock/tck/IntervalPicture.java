package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Attempt.Outcome;
import dev.holdfast.lock.tck.History.Recorded;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The attempts on a lock around a violation, one row each, as SVG that needs nothing beside itself. */
public final class IntervalPicture {
    private static final int WIDTH = 720;
    private static final int LEFT = 150;
    private static final int ROW = 22;
    private static final int ROWS_MAX = 14;

    private final StringBuilder svg = new StringBuilder();
    private final long from;
    private final long to;

    private IntervalPicture(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /** The picture; empty where there is nothing to draw. */
    public static String of(Recorded history, List<Disturbance> disturbances, Violation violation) {
        List<Event> events = violation.events();
        if (events.isEmpty()) {
            return "";
        }
        long first = events.get(0).nanos();
        long last = events.get(events.size() - 1).nanos();
        long margin = Math.max(2_000_000, (last - first) / 5);
        return new IntervalPicture(first - margin, last + margin).draw(history, disturbances, violation);
    }

    private String draw(Recorded history, List<Disturbance> disturbances, Violation violation) {
        List<String> named =
                violation.events().stream().map(Event::who).distinct().toList();
        List<Attempt> rows = history.attempts().stream()
                .filter(attempt -> attempt.lock().equals(violation.lock()))
                .filter(attempt -> attempt.granted() || named.contains(attempt.who()))
                .filter(attempt -> attempt.invoked() - to < 0 && from - end(attempt) < 0)
                .sorted(Comparator.comparing((Attempt attempt) -> !named.contains(attempt.who()))
                        .thenComparing(Attempt::invoked))
                .limit(ROWS_MAX)
                .sorted(Comparator.comparing(Attempt::invoked))
                .toList();
        int height = (rows.size() + 2) * ROW;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH, height, escaped(violation.rule() + " on " + violation.lock()));
        for (Disturbance one : disturbances) {
            if (one.touches(from, to)) {
                bar(one.begins(), one.over(), 0, height - ROW, "#fff3d6");
                add(
                        "<text x=\"%.1f\" y=\"%d\">%s</text>",
                        x(Math.max(one.begins(), from)) + 3, height - 6, escaped(one.name()));
            }
        }
        for (int i = 0; i < rows.size(); i++) {
            row(rows.get(i), i, named);
        }
        for (Event event : violation.events()) {
            add(
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\" stroke=\"#b42318\" stroke-dasharray=\"2 3\"/>",
                    x(event.nanos()), x(event.nanos()), height - ROW);
        }
        add(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text></svg>",
                WIDTH, height - 6, ClaimCheck.millis(to - from));
        return svg.toString();
    }

    private void row(Attempt attempt, int row, List<String> named) {
        int y = row * ROW + 4;
        add(
                "<text x=\"0\" y=\"%d\"%s>%s</text>",
                y + 12, named.contains(attempt.who()) ? " font-weight=\"700\"" : "", escaped(attempt.who()));
        long asked = attempt.ended().orElse(to);
        bar(attempt.invoked(), asked, y + 6, 2, attempt.outcome() == Outcome.UNKNOWN ? "#b9770e" : "#9aa9b8");
        if (attempt.granted()) {
            bar(attempt.returned(), attempt.lastHeld(), y, 14, "#1f6feb");
            add(
                    "<text x=\"%.1f\" y=\"%d\" fill=\"#fff\" font-size=\"10\">%d</text>",
                    x(Math.max(attempt.returned(), from)) + 3, y + 11, attempt.token());
        }
    }

    private static long end(Attempt attempt) {
        return attempt.granted() ? attempt.lastHeld() : attempt.ended().orElse(attempt.invoked());
    }

    private void bar(long begin, long end, int y, int height, String colour) {
        double left = x(Math.max(begin, from));
        double right = x(Math.min(end, to));
        add(
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                left, y, Math.max(1, right - left), height, colour);
    }

    private double x(long nanos) {
        return LEFT + (WIDTH - LEFT) * ((nanos - from) / (double) (to - from));
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
