package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs see the wall clock that they are given. */
class MovableClockTest {
    private static final long TOLERANCE_SECONDS = 60;

    private static long secondsAhead(Map<String, String> environment) throws IOException {
        ProcessBuilder date = new ProcessBuilder("date", "+%s");
        date.environment().putAll(environment);
        String seconds = new String(date.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return Long.parseLong(seconds) - Instant.now().getEpochSecond();
    }

    private static void assertAhead(long expected, Map<String, String> environment) throws IOException {
        long ahead = secondsAhead(environment);
        assertTrue(Math.abs(ahead - expected) <= TOLERANCE_SECONDS, ahead + " s ahead, not " + expected);
    }

    @Test
    void movesForwardAndBackAndLeavesNothing() throws IOException {
        assumeTrue(
                MovableClock.missing().isEmpty(), () -> MovableClock.missing().orElseThrow());
        Map<String, String> environment;
        try (MovableClock clock = new MovableClock()) {
            environment = clock.environment();
            assertAhead(0, environment);
            clock.move(Duration.ofHours(2));
            assertAhead(7_200, environment);
            clock.move(Duration.ofHours(-3));
            assertAhead(-10_800, environment);
        }
        assertTrue(Files.notExists(Path.of(environment.get("HOLDFAST_CLOCK"))));
        assertAhead(0, environment);
    }
}
