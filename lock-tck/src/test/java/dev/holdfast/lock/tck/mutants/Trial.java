package dev.holdfast.lock.tck.mutants;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The tests of the kit that cite certain rules, run on classes of one class loader. */
final class Trial {
    private static final String VERIFIES = "dev.holdfast.lock.tck.Verifies";

    /** What one test did: the rules it cites, and what it threw. */
    record Failure(String test, Set<String> rules, Throwable thrown) {
        @Override
        public String toString() {
            return test + " " + rules + ": " + thrown;
        }
    }

    /** How many tests ran to an end, and which of them failed. */
    record Outcome(int finished, List<Failure> failures) {
        /** Red rules and their failures. */
        Map<String, List<Failure>> red() {
            Map<String, List<Failure>> red = new TreeMap<>();
            for (Failure failure : failures) {
                failure.rules.forEach(rule ->
                        red.computeIfAbsent(rule, r -> new ArrayList<>()).add(failure));
            }
            return red;
        }

        private Outcome and(List<Event> events) {
            int tests = finished;
            List<Failure> all = new ArrayList<>(failures);
            for (Event event : events) {
                TestExecutionResult result = event.getRequiredPayload(TestExecutionResult.class);
                boolean isTest = event.getTestDescriptor().isTest();
                if (isTest && result.getStatus() != TestExecutionResult.Status.ABORTED) {
                    tests++;
                }
                if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                    Throwable thrown = result.getThrowable().orElseThrow();
                    if (!isTest) {
                        throw new AssertionError("the kit itself failed, not one of its tests", thrown);
                    }
                    MethodSource source =
                            (MethodSource) event.getTestDescriptor().getSource().orElseThrow();
                    all.add(new Failure(source.getMethodName(), rules(source.getJavaMethod()), thrown));
                }
            }
            return new Outcome(tests, all);
        }
    }

    private Trial() {}

    /**
     * Runs the tests of this kit class with such a name that cite at least one of the rules, one after the other, until
     * the failures are enough. The tests named after a rule come first: they are the likeliest to find its defects.
     */
    static Outcome run(
            String kitClass,
            ClassLoader loader,
            Predicate<String> wanted,
            Predicate<String> names,
            Predicate<Outcome> enough)
            throws ClassNotFoundException {
        Class<?> kit = loader.loadClass(kitClass);
        List<Method> tests = Arrays.stream(kit.getMethods())
                .filter(method -> !method.isBridge() && names.test(method.getName()))
                .filter(method -> rules(method).stream().anyMatch(wanted))
                .sorted(Comparator.comparing((Method method) -> !wanted.test(ruleInName(method)))
                        .thenComparing(Method::getName))
                .toList();
        if (tests.isEmpty()) {
            throw new AssertionError("no test of " + kitClass + " cites one of the rules");
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Outcome outcome = new Outcome(0, List.of());
            for (int next = 0; next < tests.size() && !enough.test(outcome); next++) {
                outcome = outcome.and(EngineTestKit.engine("junit-jupiter")
                        .selectors(selectMethod(kit, tests.get(next)))
                        .execute()
                        .allEvents()
                        .finished()
                        .list());
            }
            return outcome;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** As in {@code s10_waiterThatGaveUpOwnsNothing}. */
    private static String ruleInName(Method test) {
        return test.getName().replaceFirst("_.*", "").toUpperCase(Locale.ROOT);
    }

    /** The ids in {@code @Verifies}, which is another type in each class loader. */
    static Set<String> rules(Method method) {
        for (Annotation annotation : method.getAnnotations()) {
            if (annotation.annotationType().getName().equals(VERIFIES)) {
                try {
                    Object[] value = (Object[])
                            annotation.annotationType().getMethod("value").invoke(annotation);
                    return new TreeSet<>(
                            Arrays.stream(value).map(r -> ((Enum<?>) r).name()).toList());
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("cannot read the rules of " + method, e);
                }
            }
        }
        return Set.of();
    }
}
