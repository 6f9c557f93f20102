package dev.holdfast.lock.bench.report;

import java.util.Locale;

/** How numbers are written for people: three digits that mean something. */
final class Figures {
    private Figures() {}

    static String plain(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e9) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
    }

    /** The median. */
    static String median(Estimate estimate) {
        return plain(estimate.median());
    }

    /** A ratio with its interval. */
    static String ratio(Estimate ratio) {
        return ratio.values() == 1
                ? plain(ratio.median())
                : plain(ratio.median()) + " [" + plain(ratio.low()) + ", " + plain(ratio.high()) + "]";
    }
}
