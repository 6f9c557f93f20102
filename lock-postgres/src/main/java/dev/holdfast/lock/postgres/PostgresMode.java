package dev.holdfast.lock.postgres;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How locks are kept in the database. Two modes in one namespace would both grant: its record names the one. */
enum PostgresMode {
    /** Holders and waiters are rows. */
    ROW(12),
    /** Locks are advisory locks of sessions; 14 is the first version that ends idle sessions. */
    ADVISORY(14);

    private final int minVersion;

    PostgresMode(int minVersion) {
        this.minVersion = minVersion;
    }

    /** Oldest major version of the server. */
    int minVersion() {
        return minVersion;
    }

    /** As it stands in URLs and namespace records. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PostgresMode of(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("mode=" + text + " is unknown for PostgreSQL; use "
                        + Arrays.stream(values())
                                .map(mode -> "mode=" + mode.text())
                                .collect(Collectors.joining(" or "))));
    }
}
