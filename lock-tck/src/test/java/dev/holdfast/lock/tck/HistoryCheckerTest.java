package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.History.Attempt;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker accepts what is right and finds each planted violation. */
class HistoryCheckerTest {
    private static Attempt grant(String who, long invoked, long returned, long token, long lastHeld) {
        return new Attempt(who, invoked, returned, token, lastHeld, true);
    }

    private static Findings check(Attempt... attempts) {
        return HistoryChecker.check(List.of(attempts));
    }

    @Test
    void handOversAreClean() {
        Findings findings = check(grant("a", 0, 10, 1, 20), grant("b", 5, 21, 2, 30), grant("a", 25, 35, 3, 40));
        assertTrue(findings.clean(), findings.toString());
        assertEquals(3, findings.grants());
        assertEquals(OptionalLong.of(1), findings.minMarginNanos());
    }

    @Test
    void overlapIsFound() {
        Findings findings = check(grant("a", 0, 10, 1, 20), grant("b", 5, 15, 2, 30));
        assertEquals(1, findings.overlaps().size());
        assertTrue(
                findings.overlaps().get(0).contains("by 5 ns"),
                findings.overlaps().get(0));
        assertEquals(1, findings.staleClaims().size());
    }

    @Test
    void overlapWithALongClaimSeveralGrantsAgoIsFound() {
        Findings findings = check(grant("a", 0, 10, 1, 100), grant("b", 5, 20, 2, 30), grant("c", 35, 50, 3, 60));
        assertEquals(2, findings.overlaps().size());
    }

    @Test
    void fallingTokenIsFound() {
        Findings findings = check(grant("a", 0, 10, 7, 20), grant("b", 11, 30, 6, 40));
        assertEquals(1, findings.regressions().size());
        assertTrue(findings.overlaps().isEmpty());
    }

    @Test
    void fallingTokenAgainstAnOlderGrantIsFound() {
        Findings findings = check(grant("a", 0, 10, 7, 11), grant("b", 1, 12, 3, 13), grant("c", 14, 20, 5, 21));
        assertTrue(
                findings.regressions().stream().anyMatch(text -> text.startsWith("c[token 5")),
                findings.regressions().toString());
    }

    @Test
    void tokensOfAcquiresSideBySideMayComeInAnyOrder() {
        // b was invoked before a returned, so nothing orders their tokens but their claims, which do not overlap.
        Findings findings = check(grant("a", 0, 30, 2, 40), grant("b", 1, 10, 1, 20));
        assertTrue(findings.regressions().isEmpty());
        assertTrue(findings.clean());
    }

    @Test
    void tokenGrantedTwiceIsFound() {
        Findings findings = check(grant("a", 0, 10, 1, 11), grant("b", 0, 20, 1, 21));
        assertEquals(1, findings.regressions().size());
    }

    @Test
    void leaseHeldAfterALaterGrantIsFound() {
        // The intervals are disjoint, but the older grant claims after the newer one.
        Findings findings = check(grant("a", 0, 30, 1, 40), grant("b", 1, 10, 2, 20));
        assertTrue(findings.overlaps().isEmpty());
        assertEquals(1, findings.staleClaims().size());
        assertEquals(OptionalLong.of(-30), findings.minMarginNanos());
    }

    @Test
    void unknownOutcomesAreCountedAndClaimNothing() {
        Attempt unknown = new Attempt("u", 12, 0, 0, 0, false);
        Attempt refused = new Attempt("r", 12, 0, 0, 0, true);
        Findings findings = check(grant("a", 0, 10, 1, 20), unknown, refused, grant("b", 5, 25, 2, 30));
        assertTrue(findings.clean());
        assertEquals(1, findings.unknown());
    }

    @Test
    void nanoTimesMayBeNegative() {
        assertTrue(
                check(grant("a", -100, -90, 1, -80), grant("b", -79, -70, 2, 5)).clean());
        assertEquals(
                1,
                check(grant("a", -100, -90, 1, 10), grant("b", -79, -70, 2, 5))
                        .overlaps()
                        .size());
    }

    @Test
    void oneOverlapIsFoundAmongAMillionEvents() {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < 250_000; i++) {
            attempts.add(grant("c" + i % 16, i * 10L, i * 10L + 5, i + 1L, i * 10L + 9));
        }
        attempts.set(1_000, grant("x", 10_000, 10_005, 1_001, 10_016));
        Collections.shuffle(attempts, new Random(7));
        Findings findings = Assertions.assertTimeout(Duration.ofSeconds(10), () -> HistoryChecker.check(attempts));
        assertEquals(1, findings.overlaps().size());
        assertEquals(250_000, findings.grants());
    }

    @Test
    void aFileHoldsWhatHappened(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("history");
        try (History first = History.appendTo(file);
                History second = History.appendTo(file)) {
            first.invoked("a", 1);
            first.granted("a", 2, 100);
            second.invoked("b", 3);
            first.held("a", 4);
            second.refused("b");
            second.invoked("b", 5);
            second.unknown("b");
            second.invoked("b", 6);
        }
        Files.writeString(file, "granted b 7", java.nio.file.StandardOpenOption.APPEND);
        assertEquals(
                List.of(
                        new Attempt("a", 1, 2, 100, 4, true),
                        new Attempt("b", 3, 0, 0, 0, true),
                        new Attempt("b", 5, 0, 0, 0, false),
                        new Attempt("b", 6, 0, 0, 0, false)),
                History.read(file));
    }
}
