package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the checker says about time and faults: S4, S8 under faults, L1, L2, L5, and what documentation predicts. */
class HistoryFaultsTest {
    private static final long MS = 1_000_000;

    /** Lease 1 s, of which 990 ms count; slack 50 ms; tolerance 100 ms. */
    private static final Terms TERMS = new Terms(
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Set.of(Claim.FIFO, Claim.DIRECT_WAKEUP));

    private static Disturbance disturbance(String process, long begins, long over, Effect... effects) {
        Set<String> processes = process.isEmpty() ? Set.of() : Set.of(process);
        return new Disturbance(
                "A_FAULT", processes, begins * MS, begins * MS, over * MS, over * MS, Set.of(effects), Rule.L1);
    }

    private static Findings check(HistoryScript script, Disturbance... disturbances) {
        return HistoryChecker.check(script.recorded(), List.of(disturbances), TERMS);
    }

    private static void assertRed(Findings findings, Rule... rules) {
        assertEquals(
                new TreeSet<>(Arrays.asList(rules)),
                new TreeSet<>(HistoryChecker.counts(findings.failures()).keySet()),
                findings.toString());
    }

    /** A grant of a lease that shows these deadlines: pairs of the time of a question and of what was left. */
    private static HistoryScript held(HistoryScript script, String who, long token, long... questions) {
        script.add(Kind.INVOKED, (questions[0] - 1) * MS, who)
                .add(Kind.GRANTED, questions[0] * MS, who, token, 990 * MS);
        for (int i = 0; i < questions.length; i += 2) {
            script.add(Kind.HELD, questions[i] * MS, who, token, questions[i + 1] * MS);
        }
        return script;
    }

    @Test
    void moreLeftThanALeaseIsFound() {
        assertRed(check(held(new HistoryScript(), "a/1", 1, 10, 990)));
        assertRed(check(held(new HistoryScript(), "a/1", 1, 10, 991)), Rule.S4);
    }

    @Test
    void heldForLongerThanALeaseWithoutAnAnswerIsFound() {
        Disturbance silence = disturbance("", 500, 3_000, Effect.ISOLATES);
        assertRed(check(held(new HistoryScript(), "a/1", 1, 10, 990, 1_480, 10), silence));
        assertRed(check(held(new HistoryScript(), "a/1", 1, 10, 990, 1_500, 10), silence), Rule.S4);
        assertRed(check(held(new HistoryScript(), "a/1", 1, 10, 990, 3_100, 10), silence), Rule.S4);
        // It concerns somebody else, or was so short that a renewal after it counts.
        assertRed(check(
                held(new HistoryScript(), "a/1", 1, 10, 990, 1_500, 10),
                disturbance("b", 500, 3_000, Effect.ISOLATES)));
        assertRed(check(
                held(new HistoryScript(), "a/1", 1, 10, 990, 1_500, 10), disturbance("", 500, 900, Effect.ISOLATES)));
    }

    @Test
    void stoppedHolderIsHeldUntilTheDeadlineThatItShowed() {
        Disturbance stop = disturbance("a", 100, 1_700, Effect.STOPS, Effect.ISOLATES);
        HistoryScript early = held(new HistoryScript(), "a/1", 1, 10, 990, 90, 910)
                .add(Kind.NOT_HELD, 1_701 * MS, "a/1", 1, "")
                .grant("b/1", 20 * MS, 950 * MS, 2, 1_800 * MS);
        assertRed(check(early, stop), Rule.S1, Rule.S8);
        HistoryScript late = held(new HistoryScript(), "a/1", 1, 10, 990, 90, 910)
                .add(Kind.NOT_HELD, 1_701 * MS, "a/1", 1, "")
                .grant("b/1", 20 * MS, 1_030 * MS, 2, 1_800 * MS);
        assertRed(check(late, stop));
        assertEquals(OptionalLong.of(30 * MS), check(late, stop).minLapseNanos());
    }

    @Test
    void documentedOverlapIsPredictedAndAnotherIsNot() {
        HistoryScript overlap =
                new HistoryScript().grant("a/1", 0, 10 * MS, 1, 800 * MS).grant("b/1", 20 * MS, 600 * MS, 2, 900 * MS);
        Findings explained = check(overlap, disturbance("", 500, 550, Effect.BREAKS_EXCLUSION));
        assertRed(explained);
        assertEquals(1, explained.of(Rule.S1).size());
        assertEquals(
                "A_FAULT",
                explained.of(Rule.S1).get(0).predicted().orElseThrow().name());
        assertTrue(explained.minMarginNanos().isEmpty(), "a documented overlap is no margin");
        assertRed(check(overlap, disturbance("", 500, 550)), Rule.S1, Rule.S8);
        // Over for longer than a lease when the rival came.
        HistoryScript later = new HistoryScript()
                .grant("a/1", 0, 10 * MS, 1, 4_000 * MS)
                .grant("b/1", 20 * MS, 3_000 * MS, 2, 3_900 * MS);
        assertRed(check(later, disturbance("", 500, 550, Effect.BREAKS_EXCLUSION)), Rule.S1, Rule.S8);
    }

    @Test
    void fallingTokenIsNeverPredicted() {
        HistoryScript script =
                new HistoryScript().grant("a/1", 0, 10 * MS, 7, 20 * MS).grant("b/1", 600 * MS, 610 * MS, 6, 620 * MS);
        assertRed(check(script, disturbance("", 500, 550, Effect.BREAKS_EXCLUSION)), Rule.S2);
    }

    private static HistoryScript afterAKill(long nextReturned) {
        return held(new HistoryScript(), "a/1", 1, 10, 990, 90, 910)
                .add(Kind.INVOKED, 20 * MS, "b/1")
                .add(Kind.GRANTED, nextReturned * MS, "b/1", 2, 1);
    }

    @Test
    void lockOfAKilledHolderThatStaysTakenIsFound() {
        Disturbance kill = disturbance("a", 100, 100, Effect.KILLS);
        assertRed(check(afterAKill(1_240), kill));
        Findings late = check(afterAKill(1_260), kill);
        assertRed(late, Rule.L1);
        assertEquals(1_160 * MS, late.recoveries().get(0).nanos());
    }

    @Test
    void killedWaiterMayHaveOneLeaseMore() {
        Disturbance kill = disturbance("a", 100, 100, Effect.KILLS);
        assertRed(check(afterAKill(2_200).add(Kind.INVOKED, 30 * MS, "a/2"), kill));
        assertRed(check(afterAKill(2_300).add(Kind.INVOKED, 30 * MS, "a/2"), kill), Rule.L1);
    }

    /** Whoever needs a dead store waits in vain; whoever needs two of three servers does not. */
    @Test
    void whatAMinorityMustNotCauseCountsWhileItLasts() {
        HistoryScript script = afterAKill(2_900);
        Disturbance ofAll = disturbance("", 100, 2_850);
        Disturbance ofSome =
                new Disturbance("B", Set.of(), 100 * MS, 100 * MS, 2_850 * MS, 2_850 * MS, Set.of(), Rule.L4);
        assertEquals(50 * MS, check(script, ofAll).recoveries().get(0).nanos());
        assertEquals(1_890 * MS, check(script, ofSome).recoveries().get(0).nanos());
    }

    @Test
    void timeInWhichNobodyWantedTheLockDoesNotCount() {
        Disturbance kill = disturbance("a", 100, 100, Effect.KILLS);
        HistoryScript script = held(new HistoryScript(), "a/1", 1, 10, 990, 90, 910)
                .add(Kind.INVOKED, 5_000 * MS, "b/1")
                .add(Kind.GRANTED, 5_010 * MS, "b/1", 2, 1);
        assertRed(check(script, kill));
    }

    @Test
    void timeWithoutProcessorDoesNotCount() {
        Disturbance kill = disturbance("a", 100, 100, Effect.KILLS);
        HistoryScript script = afterAKill(1_700);
        assertRed(check(script, kill), Rule.L1);
        script.add(Event.of(Kind.STALLED, 1_000 * MS, "b", "", 0, 500 * MS));
        assertRed(check(script, kill));
    }

    @Test
    void releasedLockThatNobodyGetsIsFound() {
        HistoryScript script = new HistoryScript().released("a/1", 0, 10 * MS, 1, 20 * MS);
        assertRed(check(script.grant("b/1", 15 * MS, 900 * MS, 2, 910 * MS)));
        assertRed(
                check(new HistoryScript()
                        .released("a/1", 0, 10 * MS, 1, 20 * MS)
                        .grant("b/1", 15 * MS, 1_000 * MS, 2, 1_010 * MS)),
                Rule.L2);
    }

    @Test
    void pollInDisguiseIsFound() {
        assertRed(check(handOvers(5)));
        assertRed(check(handOvers(200)), Rule.L2);
    }

    private static HistoryScript handOvers(long each) {
        HistoryScript script = new HistoryScript();
        long time = 0;
        for (int i = 0; i < 40; i++) {
            long granted = time + each * MS;
            script.released("a" + i % 2 + "/1", time - MS, granted, i + 1L, granted + 10 * MS);
            time = granted + 10 * MS;
        }
        return script;
    }

    private static HistoryScript overtaken(long ahead) {
        return new HistoryScript()
                .released("a/1", 0, 10 * MS, 1, 500 * MS)
                .add(Kind.INVOKED, 50 * MS, "b/1")
                .released("c/1", (50 + ahead) * MS, 510 * MS, 2, 520 * MS)
                .add(Kind.GRANTED, 530 * MS, "b/1", 3, 1);
    }

    @Test
    void overtakingIsFound() {
        assertRed(check(overtaken(90)));
        assertRed(check(overtaken(120)), Rule.L5);
        assertRed(check(overtaken(120), disturbance("b", 60, 70, Effect.STOPS)));
    }

    @Test
    void onlyOneDisturbanceAtATime() {
        assertThrows(
                IllegalArgumentException.class,
                () -> check(new HistoryScript(), disturbance("a", 10, 20), disturbance("b", 15, 30)));
    }

    @Test
    void pictureShowsTheIntervals() {
        HistoryScript overlap =
                new HistoryScript().grant("a/1", 0, 10 * MS, 1, 800 * MS).grant("b<1>", 20 * MS, 600 * MS, 2, 900 * MS);
        Disturbance fault = disturbance("", 500, 550);
        Violation violation = check(overlap, fault).of(Rule.S1).get(0);
        String svg = IntervalPicture.of(overlap.recorded(), List.of(fault), violation);
        assertTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>"), svg);
        assertTrue(svg.contains("A_FAULT") && svg.contains("b&lt;1>"), svg);
        assertTrue(!svg.contains("NaN") && !svg.contains("b<1>"), svg);
        assertEquals(2, svg.split("#1f6feb", -1).length - 1, "one bar for each claim");
    }
}
