package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.Event.Kind;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The checker accepts what is right and finds each planted violation, of the rules that need no clock. */
class HistoryCheckerTest {
    private static HistoryScript script() {
        return new HistoryScript();
    }

    private static Findings check(HistoryScript script) {
        return HistoryChecker.check(script.recorded());
    }

    private static void assertRed(HistoryScript script, Rule... rules) {
        Findings findings = check(script);
        assertEquals(
                new TreeSet<>(Arrays.asList(rules)),
                new TreeSet<>(HistoryChecker.counts(findings.violations()).keySet()),
                findings.toString());
        findings.violations().forEach(violation -> {
            assertTrue(violation.events().size() >= 2 && violation.events().size() <= 4, violation.toString());
            assertTrue(violation.sentence().length() > 30, violation.toString());
        });
    }

    @Test
    void handOversAreClean() {
        HistoryScript script =
                script().grant("a", 0, 10, 1, 20).grant("b", 5, 21, 2, 30).grant("c", 25, 35, 3, 40);
        assertRed(script);
        assertEquals(3, check(script).grants());
        assertEquals(OptionalLong.of(1), check(script).minMarginNanos());
    }

    @Test
    void overlapIsFoundAndExplained() {
        HistoryScript script = script().grant("a", 0, 10, 1, 20_000_000).grant("b", 5, 15_000_000, 2, 30_000_000);
        assertRed(script, Rule.S1, Rule.S8);
        Violation violation = check(script).of(Rule.S1).get(0);
        assertEquals(
                "b with token 2 was granted the lock while a with token 1 still held it: both held for 5.000 ms",
                violation.sentence());
        assertEquals(
                List.of("a", "b", "a"),
                violation.events().stream().map(Event::who).toList());
    }

    @Test
    void leaseThatLapsedBeforeItsAcquireReturnedClaimsNothing() {
        HistoryScript stoppedInBetween =
                script().grant("b", 5, 20, 2, 40).add(Kind.INVOKED, 0, "a").add(Kind.GRANTED, 30, "a", 1, 0);
        assertRed(stoppedInBetween);
        assertRed(script().grant("b", 5, 20, 2, 40).grant("a", 0, 30, 1, 31), Rule.S1, Rule.S8);
    }

    @Test
    void overlapWithALongClaimSeveralGrantsAgoIsFound() {
        HistoryScript script =
                script().grant("a", 0, 10, 1, 100).grant("b", 5, 20, 2, 30).grant("c", 35, 50, 3, 60);
        assertEquals(2, check(script).of(Rule.S1).size());
    }

    @Test
    void fallingTokenIsFound() {
        assertRed(script().grant("a", 0, 10, 7, 20).grant("b", 21, 30, 6, 40), Rule.S2);
        // Without a claim that lasts there is nothing but the order.
        HistoryScript short7 =
                script().grant("a", 0, 10, 7, 11).grant("b", 1, 12, 3, 13).grant("c", 14, 20, 5, 21);
        assertEquals(1, check(short7).of(Rule.S2).size());
        assertTrue(check(short7).of(Rule.S2).get(0).sentence().startsWith("c with token 5"));
    }

    @Test
    void tokensOfAcquiresSideBySideMayComeInAnyOrder() {
        // b was invoked before a returned, so nothing orders their tokens but their claims, which do not overlap.
        assertRed(script().grant("a", 0, 30, 2, 40).grant("b", 1, 10, 1, 20));
    }

    @Test
    void tokenGrantedTwiceIsFound() {
        assertRed(script().grant("a", 0, 10, 1, 11).grant("b", 0, 20, 1, 21), Rule.S2);
    }

    @Test
    void leaseHeldAfterALaterGrantIsFound() {
        // The intervals are disjoint, but the older grant claims after the newer one.
        HistoryScript script = script().grant("a", 0, 30, 1, 40).grant("b", 1, 10, 2, 20);
        assertRed(script, Rule.S8);
        assertEquals(OptionalLong.of(-30), check(script).minMarginNanos());
    }

    @Test
    void unknownOutcomesAreCountedAndNeitherClaimNorExcuse() {
        HistoryScript clean = script().grant("a", 0, 10, 1, 20)
                .add(Kind.INVOKED, 12, "u")
                .add(Kind.UNKNOWN, 26, "u")
                .add(Kind.INVOKED, 12, "killed")
                .refused("r", 12, 14)
                .grant("b", 5, 25, 2, 30);
        assertRed(clean);
        assertEquals(2, check(clean).unknown());
        assertRed(
                script().add(Kind.INVOKED, 0, "u")
                        .add(Kind.UNKNOWN, 40, "u")
                        .grant("a", 0, 10, 1, 20)
                        .grant("b", 5, 15, 2, 30),
                Rule.S1,
                Rule.S8);
    }

    @Test
    void nanoTimesMayBeNegative() {
        assertRed(script().grant("a", -100, -90, 1, -80).grant("b", -79, -70, 2, 5));
        assertRed(script().grant("a", -100, -90, 1, 10).grant("b", -79, -70, 2, 5), Rule.S1, Rule.S8);
    }

    @Test
    void lostUpdateIsFound() {
        HistoryScript fine = script().grant("a", 0, 10, 1, 20)
                .access(Kind.READ, 11, "a", 1, 0, 1)
                .access(Kind.WROTE, 12, "a", 1, 1, 2)
                .grant("b", 21, 30, 2, 40)
                .access(Kind.READ, 31, "b", 2, 1, 3)
                .access(Kind.WROTE, 32, "b", 2, 2, 4);
        assertRed(fine);
        assertRed(
                script().grant("a", 0, 10, 1, 20)
                        .grant("b", 21, 30, 2, 40)
                        .access(Kind.READ, 11, "a", 1, 0, 1)
                        .access(Kind.READ, 31, "b", 2, 0, 2)
                        .access(Kind.WROTE, 32, "b", 2, 1, 3)
                        .access(Kind.WROTE, 33, "b", 2, 1, 4),
                Rule.S3);
    }

    @Test
    void acceptedOlderTokenIsFound() {
        assertRed(
                script().grant("a", 0, 10, 1, 20)
                        .access(Kind.READ, 11, "a", 1, 0, 1)
                        .grant("b", 21, 30, 2, 40)
                        .access(Kind.READ, 31, "b", 2, 0, 2)
                        .access(Kind.WROTE, 32, "a", 1, 1, 3),
                Rule.S3);
    }

    @Test
    void writeOfUnknownOutcomeIsHeldAgainstNobody() {
        // a was killed when it had written 1, before it could say so.
        assertRed(script().grant("a", 0, 10, 1, 20)
                .access(Kind.READ, 11, "a", 1, 0, 1)
                .add(Kind.WRITING, 12, "a", 1, "")
                .grant("b", 21, 30, 2, 40)
                .access(Kind.READ, 31, "b", 2, 1, 3)
                .access(Kind.WROTE, 32, "b", 2, 2, 4));
    }

    @Test
    void resurrectionIsFound() {
        HistoryScript lost = script().grant("a", 0, 10, 1, 20).add(Kind.LOST, 25, "a", 1, "DEADLINE");
        assertRed(lost);
        assertRed(lost.add(Kind.HELD, 26, "a", 1, 0), Rule.S7);
        HistoryScript released = script().released("a", 0, 10, 1, 20);
        assertRed(released);
        assertRed(released.add(Kind.HELD, 21, "a", 1, 0), Rule.S7);
        assertRed(
                script().grant("a", 0, 10, 1, 20)
                        .add(Kind.NOT_HELD, 25, "a", 1, "")
                        .add(Kind.RENEWING, 26, "a", 1, "")
                        .add(Kind.RENEWED, 27, "a", 1, 0),
                Rule.S7);
    }

    @Test
    void lossThatIsToldLateIsNoResurrection() {
        // isHeld was asked before the loss and answered after it.
        assertRed(script().grant("a", 0, 10, 1, 24).add(Kind.LOST, 25, "a", 1, "DEADLINE"));
        // The release was on its way when the lease was lost.
        assertRed(script().grant("a", 0, 10, 1, 20)
                .add(Kind.RELEASING, 24, "a", 1, "")
                .add(Kind.LOST, 25, "a", 1, "DEADLINE")
                .add(Kind.RELEASED, 26, "a", 1, "RELEASED"));
    }

    @Test
    void lostLeaseThatIsReleasedAsHeldIsFound() {
        assertRed(
                script().grant("a", 0, 10, 1, 20)
                        .add(Kind.LOST, 22, "a", 1, "DEADLINE")
                        .add(Kind.RELEASING, 24, "a", 1, "")
                        .add(Kind.RELEASED, 26, "a", 1, "RELEASED"),
                Rule.S7);
    }

    @Test
    void grantAfterGivingUpIsFound() {
        assertRed(script().refused("a", 0, 10).add(Kind.GRANTED, 20, "a", 0, 0), Rule.S10);
    }

    @Test
    void staleReleaseThatFreesAnothersLeaseIsFound() {
        HistoryScript overlap = script().grant("a", 0, 10, 1, 20)
                .grant("b", 21, 30, 2, 80)
                .add(Kind.RELEASING, 40, "a", 1, "")
                .add(Kind.RELEASED, 41, "a", 1, "NOT_HELD")
                .grant("c", 35, 50, 3, 90);
        assertRed(overlap, Rule.S1, Rule.S5, Rule.S8);
        // The same without an overlap is how it must be.
        assertRed(script().grant("a", 0, 10, 1, 20)
                .grant("b", 21, 30, 2, 80)
                .add(Kind.RELEASING, 40, "a", 1, "")
                .add(Kind.RELEASED, 41, "a", 1, "NOT_HELD")
                .grant("c", 35, 90, 3, 100));
    }

    @Test
    void renewalOfAFormerHolderThatIsConfirmedIsFound() {
        assertRed(
                script().grant("a", 0, 10, 1, 20)
                        .grant("b", 21, 30, 2, 80)
                        .add(Kind.RENEWING, 40, "a", 1, "")
                        .add(Kind.RENEWED, 41, "a", 1, 0),
                Rule.S5);
    }
}
