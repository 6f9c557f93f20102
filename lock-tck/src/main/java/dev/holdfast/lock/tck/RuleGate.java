package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.Basis.DecidedBy;
import dev.holdfast.lock.tck.Basis.Needs;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Aborts a test whose rules do not concern this store, or whose faults cannot be brought about there, with the reason.
 * A test of nothing but a claim that the store is expected to break runs all the same, and fails if the claim is kept.
 */
public final class RuleGate implements BeforeEachCallback, InvocationInterceptor {
    @Override
    public void beforeEach(ExtensionContext context) {
        if (context.getRequiredTestInstance() instanceof Chapter chapter) {
            Method test = context.getRequiredTestMethod();
            Optional<Claim> broken = brokenClaim(test, chapter.harness());
            rules(test).forEach(rule -> check(rule, broken, chapter.harness()));
            Injects injects = test.getAnnotation(Injects.class);
            for (Fault fault : injects == null ? new Fault[0] : injects.value()) {
                chapter.harness().impossible(fault).ifPresent(reason -> {
                    throw new NotApplicable(reason);
                });
            }
        }
    }

    private static Stream<Rule> rules(Method test) {
        Verifies cited = test.getAnnotation(Verifies.class);
        return cited == null ? Stream.empty() : Arrays.stream(cited.value());
    }

    private static void check(Rule rule, Optional<Claim> broken, LockHarness harness) {
        Basis basis = rule.basis();
        if (basis.decidedBy() == DecidedBy.ENGINE && !harness.reference()) {
            throw NotApplicable.shownOnMemory();
        }
        basis.claim()
                .filter(claim -> !harness.claims().contains(claim) && !broken.equals(Optional.of(claim)))
                .ifPresent(claim -> {
                    throw new NotClaimed(claim);
                });
        if (basis.needs() == Needs.PROCESSES && !harness.processes()) {
            throw new NotApplicable("other processes cannot reach this store");
        }
        if (basis.needs() == Needs.PROCESS_CONTROL && harness.control().isEmpty()) {
            throw new NotApplicable("the harness has no power over the processes of this store");
        }
        if (basis.needs() == Needs.MEMBERS && harness.members().isEmpty()) {
            throw new NotApplicable("the store is a single server");
        }
        if (basis.needs() == Needs.LOST_REPLIES && harness.link().isEmpty()) {
            throw new NotApplicable("the harness has no proxy in front of this store");
        }
    }

    /** The broken claim that this test is about; none if it is about rules that everybody owes, too. */
    private static Optional<Claim> brokenClaim(Method test, LockHarness harness) {
        if (harness.expected().isEmpty()
                || !rules(test).allMatch(rule -> rule.basis().claim().isPresent())) {
            return Optional.empty();
        }
        Expected expected = harness.expected().get();
        return rules(test)
                .flatMap(rule -> rule.basis().claim().stream())
                .filter(claim -> expected.of(claim) == Expected.Keeping.BROKEN)
                .findFirst();
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext context)
            throws Throwable {
        Optional<Claim> broken = context.getRequiredTestInstance() instanceof Chapter chapter
                ? brokenClaim(context.getRequiredTestMethod(), chapter.harness())
                : Optional.empty();
        if (broken.isEmpty()) {
            invocation.proceed();
            return;
        }
        try {
            invocation.proceed();
        } catch (TestAbortedException notDecided) {
            throw notDecided;
        } catch (AssertionError asDocumented) {
            throw new NotClaimed(broken.get(), asDocumented);
        }
        throw new AssertionFailedError(broken.get() + " is kept, although the expected results of this store call it"
                + " broken: correct them and the documentation, and let the driver claim it");
    }
}
