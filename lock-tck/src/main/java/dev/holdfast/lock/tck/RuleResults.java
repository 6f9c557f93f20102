package dev.holdfast.lock.tck;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What the kit found out about every rule on one store. A rule with several tests has the worst of their results in the
 * order of {@link RuleResult}: one failure fails it, and a test that does not apply does not spoil one that passed, but
 * stands in its detail. Safe for use by several threads.
 *
 * <p>Feed it from a JUnit listener or extension, with {@link #add(Method, Throwable)} for every test that ended.
 */
public final class RuleResults {
    private final Map<Rule, List<Finding>> findings = new ConcurrentHashMap<>();
    private final Map<Fault, List<Finding>> ofFaults = new ConcurrentHashMap<>();

    /**
     * What one test said about one rule.
     *
     * @param test its method name
     * @param result what it says
     * @param detail the first line of its message, or empty
     */
    public record Finding(String test, RuleResult result, String detail) {}

    /**
     * The verdict on one rule.
     *
     * @param rule the rule
     * @param result the worst of its findings
     * @param detail why, unless it is a plain pass; one line
     */
    public record Verdict(Rule rule, RuleResult result, String detail) {}

    /**
     * The verdict on one fault: the worst result of the tests that bring it about.
     *
     * @param fault the fault
     * @param result the worst of its findings
     * @param detail why, unless it is a plain pass; one line
     */
    public record FaultVerdict(Fault fault, RuleResult result, String detail) {}

    /** Adds a test that ended, by returning or with this throw; nothing if the method cites no rule. */
    public void add(Method test, @Nullable Throwable thrown) {
        Injects injects = test.getAnnotation(Injects.class);
        if (injects != null) {
            for (Fault fault : injects.value()) {
                ofFaults.computeIfAbsent(fault, f -> new CopyOnWriteArrayList<>())
                        .add(new Finding(test.getName(), RuleResult.of(thrown), firstLine(thrown)));
            }
        }
        Verifies cited = test.getAnnotation(Verifies.class);
        if (cited != null) {
            for (Rule rule : cited.value()) {
                add(rule, new Finding(test.getName(), RuleResult.of(thrown), firstLine(thrown)));
            }
        }
    }

    /** Adds a finding, for example {@link RuleResult#MISSING} for a test that was skipped. */
    public void add(Rule rule, Finding finding) {
        findings.computeIfAbsent(rule, r -> new CopyOnWriteArrayList<>()).add(finding);
    }

    /** The verdict on this rule. */
    public Verdict verdict(Rule rule) {
        List<Finding> found = findings.getOrDefault(rule, List.of());
        if (found.isEmpty()) {
            return rule.testable()
                    ? new Verdict(rule, RuleResult.MISSING, "no test ran")
                    : new Verdict(
                            rule, RuleResult.UNTESTABLE, rule.basis().reason().orElse(""));
        }
        Finding worst =
                found.stream().min(Comparator.comparing(Finding::result)).orElseThrow();
        return new Verdict(rule, worst.result(), detail(worst, found));
    }

    private static String detail(Finding worst, List<Finding> found) {
        return switch (worst.result()) {
            case FAIL -> worst.test() + ": " + worst.detail();
            case PASS ->
                String.join(
                        "; ",
                        found.stream()
                                .filter(finding -> finding.result() == RuleResult.NOT_APPLICABLE
                                        && !NotApplicable.isShownOnMemory(finding.detail()))
                                .map(finding -> finding.test() + " not applicable: " + finding.detail())
                                .toList());
            default -> worst.detail();
        };
    }

    /** The verdicts on all rules, in the order of the specification. */
    public List<Verdict> verdicts() {
        return Arrays.stream(Rule.values()).map(this::verdict).toList();
    }

    /** The verdict on this fault. */
    public FaultVerdict verdict(Fault fault) {
        List<Finding> found = ofFaults.getOrDefault(fault, List.of());
        if (found.isEmpty()) {
            return new FaultVerdict(fault, RuleResult.MISSING, "no test ran");
        }
        Finding worst =
                found.stream().min(Comparator.comparing(Finding::result)).orElseThrow();
        return new FaultVerdict(fault, worst.result(), detail(worst, found));
    }

    /** The verdicts on all faults, in the order of {@link Fault}. */
    public List<FaultVerdict> faultVerdicts() {
        return Arrays.stream(Fault.values()).map(this::verdict).toList();
    }

    private static String firstLine(@Nullable Throwable thrown) {
        if (thrown == null) {
            return "";
        }
        String message = thrown.getMessage();
        String text = message == null || message.isBlank() ? thrown.toString() : message;
        return text.strip().lines().findFirst().orElse("").strip();
    }
}
