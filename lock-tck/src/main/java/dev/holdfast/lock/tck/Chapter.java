package dev.holdfast.lock.tck;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every chapter of the kit shares. Its tests run when the harness has what their rules need, and are aborted with
 * {@link NotApplicable} or {@link NotClaimed} otherwise; their results are collected by {@link TckReport}.
 */
@ExtendWith({TckReport.class, RuleGate.class})
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public interface Chapter {
    /** The store under test; called for every test, so it returns the same harness each time. */
    LockHarness harness();

    /** A place for one test, which cleans up after it. */
    default Stage stage() {
        return new Stage(harness());
    }
}
