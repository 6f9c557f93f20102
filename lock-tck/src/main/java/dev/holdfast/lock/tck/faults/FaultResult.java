package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a fault run found out about one store. Verdicts are what the same store and driver say again in every run;
 * measures are not.
 *
 * @param seed from which the schedule comes
 * @param seconds how long it took
 * @param rules a verdict for each rule that a history decides
 * @param faults a verdict for each fault of a run, in the order of {@link Fault}
 * @param measures what was measured
 * @param findings violations in words, those that nothing predicts first
 * @param nemeses what became of the store under each of its nemeses; empty if none struck
 * @param history where everything that happened is kept, one event a line; null if the store kept what it owes
 */
public record FaultResult(
        long seed,
        double seconds,
        List<RuleVerdict> rules,
        List<FaultVerdict> faults,
        Measures measures,
        List<Finding> findings,
        List<NemesisResult> nemeses,
        @Nullable String history) {
    /** With its own copies. */
    public FaultResult {
        rules = List.copyOf(rules);
        faults = List.copyOf(faults);
        findings = List.copyOf(findings);
        nemeses = List.copyOf(nemeses);
    }

    /** What a fault run says of a rule or a fault. */
    public enum Verdict {
        /** A rule was broken that the store owes. */
        BROKEN,
        /** Everything owed was kept; mutual exclusion is not, by the documentation of the store. */
        EXCEPT_EXCLUSION,
        /** Everything was kept. */
        KEPT,
        /** The fault cannot be made on this store, or the rule is not claimed. */
        IMPOSSIBLE
    }

    /**
     * A rule.
     *
     * @param rule its id
     * @param verdict what became of it
     * @param violations how often it was broken, predicted or not
     */
    public record RuleVerdict(String rule, Verdict verdict, int violations) {}

    /**
     * A fault.
     *
     * @param fault its name, as {@link Fault#toString} says
     * @param title its {@link Fault#title}
     * @param verdict what became of the rules
     * @param detail why, unless it is a plain {@link Verdict#KEPT}
     * @param times how often it was made
     * @param longestRecoveryMillis the longest time after it, or, where the locks must move on while it lasts (L4),
     *     since it began, for which somebody wanted a lock and nobody had it
     * @param doubleHolders pairs of leases held at once around it
     */
    public record FaultVerdict(
            String fault,
            String title,
            Verdict verdict,
            String detail,
            int times,
            double longestRecoveryMillis,
            int doubleHolders) {}

    /**
     * What was measured; times in milliseconds.
     *
     * @param grants leases granted
     * @param unknown acquires of unknown outcome
     * @param smallestMarginMillis the smallest time from the deadline of a lease that lapsed to the grant of a rival;
     *     negative where two held, null where none lapsed
     * @param longestRecoveryMillis the longest of the recoveries of all faults
     * @param doubleHolders pairs of leases held at once
     * @param staleRejected reads and writes that the fenced resource rejected
     * @param acceptedLost accepted updates that the fenced resource lost: must be 0
     * @param lostWithoutFence updates that the same resource without a fence lost
     */
    public record Measures(
            int grants,
            int unknown,
            @Nullable Double smallestMarginMillis,
            double longestRecoveryMillis,
            int doubleHolders,
            int staleRejected,
            long acceptedLost,
            long lostWithoutFence) {}

    /**
     * A violation.
     *
     * @param rule its id
     * @param predicted whether the documentation of the store predicts it
     * @param text what happened, in words, and the events that prove it
     * @param picture the intervals around it, as SVG
     */
    public record Finding(String rule, boolean predicted, String text, String picture) {}

    /** Whether the store kept what it owes. */
    public boolean clean() {
        return faults.stream().noneMatch(fault -> fault.verdict() == Verdict.BROKEN)
                && rules.stream().noneMatch(rule -> rule.verdict() == Verdict.BROKEN)
                && nemeses.stream().allMatch(NemesisResult::clean);
    }

    /** The same with its history kept in this file. */
    FaultResult keptIn(Path file) {
        return new FaultResult(seed, seconds, rules, faults, measures, findings, nemeses, file.toString());
    }

    /** The same, and what became of the store under its nemeses. */
    FaultResult with(List<NemesisResult> all) {
        return new FaultResult(seed, seconds, rules, faults, measures, findings, all, history);
    }

    /** The findings that nothing predicts, each with its events, and where the history is; empty if it is clean. */
    public List<String> problems() {
        Stream<String> unpredicted =
                findings.stream().filter(finding -> !finding.predicted()).map(Finding::text);
        return Stream.of(
                        unpredicted,
                        Stream.ofNullable(history).map(file -> "the whole history is in " + file),
                        nemeses.stream().flatMap(nemesis -> nemesis.problems().stream()
                                .map(problem -> nemesis.title() + ": " + problem)))
                .flatMap(problems -> problems)
                .toList();
    }

    /** The verdicts alone, one line each, to compare runs by. */
    public List<String> verdicts() {
        return Stream.concat(
                        rules.stream().map(rule -> rule.rule() + " " + rule.verdict()),
                        faults.stream().map(fault -> fault.fault() + " " + fault.verdict()))
                .toList();
    }
}
