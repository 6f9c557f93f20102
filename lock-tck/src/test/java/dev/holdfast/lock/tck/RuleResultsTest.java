package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.RuleResults.Finding;
import dev.holdfast.lock.tck.RuleResults.Verdict;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** From outcomes of tests to verdicts on rules. */
class RuleResultsTest {
    private final RuleResults results = new RuleResults();

    @Test
    void throwablesBecomeResults() {
        assertEquals(RuleResult.PASS, RuleResult.of(null));
        assertEquals(RuleResult.FAIL, RuleResult.of(new AssertionFailedError("x")));
        assertEquals(RuleResult.FAIL, RuleResult.of(new IllegalStateException("x")));
        assertEquals(RuleResult.NOT_CLAIMED, RuleResult.of(new NotClaimed(Claim.FIFO)));
        assertEquals(RuleResult.NOT_APPLICABLE, RuleResult.of(new NotApplicable("x")));
        assertEquals(RuleResult.MISSING, RuleResult.of(new TestAbortedException("an assumption of somebody else")));
        assertEquals("not-applicable", RuleResult.NOT_APPLICABLE.toString());
    }

    @Test
    void ruleWithoutTestsIsMissingOrUntestable() {
        assertEquals(RuleResult.MISSING, results.verdict(Rule.S1).result());
        assertEquals(
                new Verdict(
                        Rule.F3, RuleResult.UNTESTABLE, Rule.F3.basis().reason().orElseThrow()),
                results.verdict(Rule.F3));
        assertEquals(Rule.values().length, results.verdicts().size());
    }

    @Test
    void oneFailureFailsARule() {
        results.add(Rule.S5, new Finding("one", RuleResult.PASS, ""));
        results.add(Rule.S5, new Finding("two", RuleResult.FAIL, "freed"));
        results.add(Rule.S5, new Finding("three", RuleResult.NOT_APPLICABLE, "no proxy"));
        assertEquals(new Verdict(Rule.S5, RuleResult.FAIL, "two: freed"), results.verdict(Rule.S5));
    }

    @Test
    void testThatDidNotRunSpoilsARule() {
        results.add(Rule.S5, new Finding("one", RuleResult.PASS, ""));
        results.add(Rule.S5, new Finding("two", RuleResult.MISSING, "disabled"));
        assertEquals(RuleResult.MISSING, results.verdict(Rule.S5).result());
    }

    @Test
    void testThatDoesNotApplyStandsInTheDetail() {
        results.add(Rule.S5, new Finding("one", RuleResult.PASS, ""));
        results.add(Rule.S5, new Finding("two", RuleResult.NOT_APPLICABLE, "no proxy"));
        assertEquals(new Verdict(Rule.S5, RuleResult.PASS, "two not applicable: no proxy"), results.verdict(Rule.S5));
    }

    @Test
    void methodsSpeakForTheRulesThatTheyCite() throws NoSuchMethodException {
        Method test = ExclusionTck.class.getMethod("s1_contendersInSeveralJvmsNeverHoldTogether");
        results.add(test, new AssertionFailedError("overlap\nand more"));
        for (Rule rule : new Rule[] {Rule.S1, Rule.S2, Rule.S3}) {
            assertEquals(
                    new Verdict(rule, RuleResult.FAIL, "s1_contendersInSeveralJvmsNeverHoldTogether: overlap"),
                    results.verdict(rule));
        }
        assertEquals(RuleResult.MISSING, results.verdict(Rule.S4).result());
    }
}
