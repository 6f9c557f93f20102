package dev.holdfast.lock.tck;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** What the kit found out about one rule on one store; the worst first. */
public enum RuleResult {
    /** A test of the rule failed. */
    FAIL,
    /** Nothing ran to its end that could show the rule. */
    MISSING,
    /** Every test of the rule that applies passed, and there was one. */
    PASS,
    /** The rule belongs to a claim that the driver does not make. */
    NOT_CLAIMED,
    /** The store or the harness lacks what every test of the rule needs. */
    NOT_APPLICABLE,
    /** No test can decide the rule. */
    UNTESTABLE;

    /** What a test that ended like this says about its rules; {@code null} for one that ended without a throw. */
    public static RuleResult of(@Nullable Throwable thrown) {
        if (thrown == null) {
            return PASS;
        }
        if (thrown instanceof NotClaimed) {
            return NOT_CLAIMED;
        }
        if (thrown instanceof NotApplicable) {
            return NOT_APPLICABLE;
        }
        return thrown instanceof TestAbortedException ? MISSING : FAIL;
    }

    /** As it stands in reports, for example {@code not-claimed}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
