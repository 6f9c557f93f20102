package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.FaultChapter;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.RuleResult;
import dev.holdfast.lock.tck.RuleResults;
import dev.holdfast.lock.tck.Verifies;
import java.lang.reflect.Method;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** One run of the kit in this JVM, and what it says about every rule. */
final class KitRun implements TestExecutionListener {
    private final RuleResults results = new RuleResults();
    private final Map<String, Method> expected = new HashMap<>();
    private final Map<Rule, Integer> left = new EnumMap<>(Rule.class);
    private final ObjIntConsumer<Integer> progress;
    private int total;
    private @Nullable Throwable broken; // the first failure that belongs to no test

    private KitRun(ObjIntConsumer<Integer> progress) {
        this.progress = progress;
    }

    /**
     * Runs the tests of every rule on this store.
     *
     * @param progress told how many rules are done, and of how many
     * @throws IllegalStateException when something failed that belongs to no test, so that verdicts would be missing
     */
    static List<RuleResults.Verdict> on(LockHarness harness, ObjIntConsumer<Integer> progress) {
        StoreKit.use(harness);
        KitRun run = new KitRun(progress);
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(StoreKit.class))
                                .filters((PostDiscoveryFilter) KitRun::quick)
                                .build(),
                        run);
        if (run.broken != null) {
            throw new IllegalStateException("a part of the kit did not run: " + run.broken.getMessage(), run.broken);
        }
        return run.results.verdicts();
    }

    /** The chapters of faults would take longer than all others; the fault run is there for them. */
    private static FilterResult quick(TestDescriptor test) {
        boolean faults = test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getJavaMethod().getDeclaringClass())
                .filter(FaultChapter.class::isAssignableFrom)
                .isPresent();
        return FilterResult.includedIf(!faults);
    }

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        for (TestIdentifier root : plan.getRoots()) {
            for (TestIdentifier test : plan.getDescendants(root)) {
                method(test).ifPresent(method -> {
                    expected.put(test.getUniqueId(), method);
                    rules(method).forEach(rule -> left.merge(rule, 1, Integer::sum));
                });
            }
        }
        total = left.size();
        progress.accept(0, total);
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        method(test).ifPresent(method -> {
            rules(method)
                    .forEach(rule ->
                            results.add(rule, new RuleResults.Finding(method.getName(), RuleResult.MISSING, reason)));
            done(test);
        });
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult outcome) {
        boolean failed = outcome.getStatus() == TestExecutionResult.Status.FAILED;
        // A container with a method is a test template: it says something only when it fails as a whole.
        if (test.isTest() || failed) {
            method(test)
                    .ifPresent(
                            method -> results.add(method, outcome.getThrowable().orElse(null)));
        }
        if (failed && method(test).isEmpty() && broken == null) {
            broken = outcome.getThrowable().orElse(null);
        }
        done(test);
    }

    private void done(TestIdentifier test) {
        Optional.ofNullable(expected.remove(test.getUniqueId()))
                .ifPresent(method -> rules(method).forEach(rule -> left.computeIfPresent(rule, KitRun::oneLess)));
        progress.accept(total - left.size(), total);
    }

    private static @Nullable Integer oneLess(Rule rule, Integer tests) {
        return tests > 1 ? Integer.valueOf(tests - 1) : null;
    }

    private static List<Rule> rules(Method method) {
        return Optional.ofNullable(method.getAnnotation(Verifies.class))
                .map(cited -> List.of(cited.value()))
                .orElse(List.of());
    }

    private static Optional<Method> method(TestIdentifier test) {
        return test.getSource().filter(MethodSource.class::isInstance).map(source -> ((MethodSource) source)
                .getJavaMethod());
    }
}
