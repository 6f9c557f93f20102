package dev.holdfast.lock.tck;

import dev.holdfast.lock.tck.Basis.DecidedBy;
import dev.holdfast.lock.tck.Basis.Needs;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Aborts a test whose rules do not concern this store, with the reason. */
public final class RuleGate implements BeforeEachCallback {
    @Override
    public void beforeEach(ExtensionContext context) {
        Verifies cited = context.getRequiredTestMethod().getAnnotation(Verifies.class);
        if (cited != null && context.getRequiredTestInstance() instanceof Chapter chapter) {
            for (Rule rule : cited.value()) {
                check(rule, chapter.harness());
            }
        }
    }

    private static void check(Rule rule, LockHarness harness) {
        Basis basis = rule.basis();
        if (basis.decidedBy() == DecidedBy.ENGINE && !harness.reference()) {
            throw NotApplicable.shownOnMemory();
        }
        basis.claim().filter(claim -> !harness.claims().contains(claim)).ifPresent(claim -> {
            throw new NotClaimed(claim);
        });
        if (basis.needs() == Needs.PROCESSES && !harness.processes()) {
            throw new NotApplicable("other processes cannot reach this store");
        }
        if (basis.needs() == Needs.PROCESS_CONTROL && harness.control().isEmpty()) {
            throw new NotApplicable("the harness has no power over the processes of this store");
        }
        if (basis.needs() == Needs.LOST_REPLIES && harness.link().isEmpty()) {
            throw new NotApplicable("the harness has no proxy in front of this store");
        }
    }
}
