package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.Disturbance;
import dev.holdfast.lock.tck.Expected;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.History.Recorded;
import dev.holdfast.lock.tck.HistoryChecker;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import dev.holdfast.lock.tck.HistoryChecker.Recovery;
import dev.holdfast.lock.tck.IntervalPicture;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.Terms;
import dev.holdfast.lock.tck.Violation;
import dev.holdfast.lock.tck.faults.FaultResult.FaultVerdict;
import dev.holdfast.lock.tck.faults.FaultResult.Finding;
import dev.holdfast.lock.tck.faults.FaultResult.Measures;
import dev.holdfast.lock.tck.faults.FaultResult.RuleVerdict;
import dev.holdfast.lock.tck.faults.FaultResult.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes verdicts of a history and of what happened while it was written. */
final class FaultJudge {
    /** The rules that a history with faults decides, at least in part. */
    private static final List<Rule> DECIDED = List.of(
            Rule.S1, Rule.S2, Rule.S3, Rule.S4, Rule.S5, Rule.S6, Rule.S7, Rule.S8, Rule.S10, Rule.L1, Rule.L2, Rule.L3,
            Rule.L4, Rule.L5, Rule.E8);

    private static final int FINDINGS_SHOWN = 12;

    private final LockHarness harness;
    private final long seed;
    private final List<Disturbance> disturbances;
    private final Map<Fault, String> impossible;
    private final Terms terms;

    FaultJudge(
            LockHarness harness,
            long seed,
            List<Disturbance> disturbances,
            Map<Fault, String> impossible,
            Terms terms) {
        this.harness = harness;
        this.seed = seed;
        this.disturbances = disturbances;
        this.impossible = impossible;
        this.terms = terms;
    }

    FaultResult judge(
            Recorded history,
            Resources resources,
            Optional<String> left,
            List<String> stuck,
            List<String> outages,
            double seconds) {
        Findings findings = HistoryChecker.check(history, disturbances, terms);
        List<Violation> violations = new ArrayList<>(findings.violations());
        left.ifPresent(what -> violations.add(
                plain(Rule.L3, "the store still kept this when nobody held or waited for a lock any more: " + what)));
        stuck.forEach(lock -> violations.add(plain(Rule.L3, lock + " could not be acquired when all was over")));
        outages.forEach(what -> violations.add(plain(Rule.L4, what)));
        long lost = resources.lost();
        if (lost != 0) {
            violations.add(plain(Rule.S3, lost + " accepted updates are missing from the fenced resource"));
        }
        Measures measures = new Measures(
                findings.grants(),
                findings.unknown(),
                findings.minLapseNanos().isPresent() ? findings.minLapseNanos().getAsLong() / 1e6 : null,
                findings.recoveries().stream().mapToLong(Recovery::nanos).max().orElse(0) / 1e6,
                count(violations, Rule.S1),
                findings.rejected(),
                lost,
                resources.lostWithoutFence());
        List<RuleVerdict> rules =
                DECIDED.stream().map(rule -> verdict(rule, violations)).toList();
        List<FaultVerdict> faults = Faults.all().stream()
                .map(fault -> verdict(fault, violations, findings.recoveries()))
                .toList();
        return new FaultResult(seed, seconds, rules, faults, measures, shown(history, violations), List.of(), null);
    }

    private static Violation plain(Rule rule, String sentence) {
        return new Violation(rule, "-", sentence, List.of(), Optional.empty());
    }

    private static int count(List<Violation> violations, Rule rule) {
        return (int) violations.stream()
                .filter(violation -> violation.rule() == rule)
                .count();
    }

    private RuleVerdict verdict(Rule rule, List<Violation> violations) {
        boolean broken = violations.stream()
                .anyMatch(violation ->
                        violation.rule() == rule && violation.predicted().isEmpty());
        int count = count(violations, rule);
        if (broken) {
            return new RuleVerdict(rule.name(), Verdict.BROKEN, count);
        }
        if (rule == Rule.L5 && !terms.claims().contains(Claim.FIFO)) {
            return new RuleVerdict(rule.name(), Verdict.IMPOSSIBLE, count);
        }
        if (rule == Rule.L4 && disturbances.stream().noneMatch(one -> one.recovery() == Rule.L4)) {
            return new RuleVerdict(rule.name(), Verdict.IMPOSSIBLE, count);
        }
        // By what is documented and not by what was seen: chance decides whether two happen to hold.
        boolean excepted = (rule == Rule.S1 || rule == Rule.S8)
                && disturbances.stream().anyMatch(one -> one.may(Disturbance.Effect.BREAKS_EXCLUSION));
        return new RuleVerdict(rule.name(), excepted ? Verdict.EXCEPT_EXCLUSION : Verdict.KEPT, count);
    }

    private FaultVerdict verdict(Fault fault, List<Violation> violations, List<Recovery> recoveries) {
        List<Disturbance> made = disturbances.stream()
                .filter(one -> one.name().equals(fault.toString()))
                .toList();
        if (made.isEmpty()) {
            String why = impossible.getOrDefault(fault, "it was not made");
            return new FaultVerdict(fault.toString(), fault.title(), Verdict.IMPOSSIBLE, why, 0, 0, 0);
        }
        List<Violation> around = violations.stream()
                .filter(violation -> cause(violation).filter(made::contains).isPresent())
                .toList();
        double recovery = recoveries.stream()
                        .filter(one -> made.contains(one.disturbance()))
                        .mapToLong(Recovery::nanos)
                        .max()
                        .orElse(0)
                / 1e6;
        Optional<Violation> broken = around.stream()
                .filter(violation -> violation.predicted().isEmpty())
                .findFirst();
        Optional<String> excepted = Expected.of(harness).overlap(fault);
        Verdict verdict =
                broken.isPresent() ? Verdict.BROKEN : excepted.isPresent() ? Verdict.EXCEPT_EXCLUSION : Verdict.KEPT;
        String detail = broken.map(violation -> violation.rule() + ": " + violation.sentence())
                .or(() -> excepted)
                .orElse("");
        return new FaultVerdict(
                fault.toString(), fault.title(), verdict, detail, made.size(), recovery, count(around, Rule.S1));
    }

    /** The last disturbance that began before a violation was complete; the one that predicts it, if one does. */
    private Optional<Disturbance> cause(Violation violation) {
        if (violation.predicted().isPresent() || violation.events().isEmpty()) {
            return violation.predicted();
        }
        long last = violation.events().get(violation.events().size() - 1).nanos();
        return disturbances.stream()
                .filter(one -> one.begins() - last < 0)
                .max(Comparator.comparingLong(Disturbance::begins));
    }

    private List<Finding> shown(Recorded history, List<Violation> violations) {
        return violations.stream()
                .sorted(Comparator.comparing(violation -> violation.predicted().isPresent()))
                .limit(FINDINGS_SHOWN)
                .map(violation -> new Finding(
                        violation.rule().name(),
                        violation.predicted().isPresent(),
                        violation.toString(),
                        IntervalPicture.of(history, disturbances, violation)))
                .toList();
    }
}
