package dev.holdfast.lock;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations at the edge: {@code 250ms}, {@code 15s}, {@code 5m}, {@code 1h}; nanoseconds that saturate. */
final class Durations {
    static final Duration LONGEST = Duration.ofHours(24);

    private static final Pattern SHAPE = Pattern.compile("(\\d{1,15})(ms|s|m|h)");

    private Durations() {}

    static Duration parse(String option, String text) {
        Matcher shape = SHAPE.matcher(text);
        if (!shape.matches()) {
            throw new IllegalArgumentException(
                    option + "=" + text + " is not a duration; write for example 250ms, 15s, 5m or 1h");
        }
        long amount = Long.parseLong(shape.group(1));
        try {
            return switch (shape.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(option + "=" + text + " is too long", e);
        }
    }

    static Duration positive(String option, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(option + " must be longer than zero, not " + value);
        }
        return value;
    }

    static Duration notNegative(String option, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(option + " must not be negative, and is " + value);
        }
        return value;
    }

    static Duration bounded(String option, Duration value) {
        if (positive(option, value).compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(option + " is at most 24 h, not " + value);
        }
        return value;
    }

    /** At most 100 years, so that sums of two do not overflow. */
    static long saturatedNanos(Duration value) {
        return value.compareTo(Duration.ofDays(36_500)) > 0
                ? Duration.ofDays(36_500).toNanos()
                : value.toNanos();
    }

    static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
