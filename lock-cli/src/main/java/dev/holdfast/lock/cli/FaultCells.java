package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.faults.FaultResult;
import dev.holdfast.lock.tck.faults.FaultResult.FaultVerdict;
import dev.holdfast.lock.tck.faults.FaultResult.Measures;
import dev.holdfast.lock.tck.faults.FaultResult.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** What stands in the tables of faults, the same in each form of the report. */
final class FaultCells {
    static final String LEGEND = "✓ everything owed was kept   ~ kept, but two may hold for a lease, as documented   "
            + "✗ BROKEN   · cannot be made here";

    private FaultCells() {}

    /** The rows: every fault that was made on some store. */
    static List<Fault> faults(FaultReport report) {
        return Arrays.stream(Fault.values())
                .filter(fault -> report.stores().stream()
                        .anyMatch(store ->
                                of(store, fault).filter(v -> v.times() > 0).isPresent()))
                .toList();
    }

    /** The verdict on this fault; of all runs the worst. */
    static Optional<FaultVerdict> of(StoreFaults store, Fault fault) {
        return store.runs().stream()
                .flatMap(run -> run.faults().stream())
                .filter(verdict -> verdict.fault().equals(fault.toString()))
                .min(Comparator.comparing(FaultVerdict::verdict));
    }

    static String symbol(Verdict verdict) {
        return switch (verdict) {
            case KEPT -> "✓";
            case EXCEPT_EXCLUSION -> "~";
            case BROKEN -> "✗";
            case IMPOSSIBLE -> "·";
        };
    }

    static String symbol(StoreFaults store, Fault fault) {
        return of(store, fault).map(verdict -> symbol(verdict.verdict())).orElse("!");
    }

    /** The rules that were decided, in the order of the specification. */
    static List<Rule> rules(FaultReport report) {
        return Arrays.stream(Rule.values())
                .filter(rule -> report.stores().stream()
                        .anyMatch(store -> of(store, rule).isPresent()))
                .toList();
    }

    /** The verdict on this rule under all faults together; of all runs the worst. */
    static Optional<Verdict> of(StoreFaults store, Rule rule) {
        return store.runs().stream()
                .flatMap(run -> run.rules().stream())
                .filter(verdict -> verdict.rule().equals(rule.name()))
                .map(FaultResult.RuleVerdict::verdict)
                .min(Comparator.naturalOrder());
    }

    static String symbol(StoreFaults store, Rule rule) {
        return of(store, rule).map(FaultCells::symbol).orElse("!");
    }

    /** The measures, by what they are called; of each the worst of all runs. */
    static Map<String, Function<StoreFaults, String>> measures(FaultReport report) {
        Map<String, Function<StoreFaults, String>> rows = new LinkedHashMap<>();
        rows.put("grants", store -> whole(store, Measures::grants));
        rows.put("acquires of unknown outcome", store -> whole(store, Measures::unknown));
        rows.put("smallest time from loss to rival (ms)", FaultCells::margin);
        rows.put("longest recovery after a fault (ms)", store -> whole(store, Measures::longestRecoveryMillis));
        for (Fault fault : faults(report)) {
            if (fault.recovery() == Rule.L4) {
                rows.put("outage: " + fault.title() + " (ms)", store -> outage(store, fault));
            }
        }
        rows.put("two holders at once, seen", store -> whole(store, Measures::doubleHolders));
        rows.put("stale requests rejected by the fence", store -> whole(store, Measures::staleRejected));
        rows.put("accepted updates lost", store -> whole(store, Measures::acceptedLost));
        rows.put("updates lost without a fence", store -> whole(store, Measures::lostWithoutFence));
        rows.put(
                "seeds",
                store -> String.join(
                        " ",
                        store.runs().stream()
                                .map(run -> Long.toString(run.seed()))
                                .toList()));
        return rows;
    }

    private static String whole(StoreFaults store, Function<Measures, Number> measure) {
        return store.runs().stream()
                .map(FaultResult::measures)
                .map(measure)
                .mapToDouble(Number::doubleValue)
                .max()
                .stream()
                .mapToObj(value -> String.format(Locale.ROOT, "%.0f", value))
                .findFirst()
                .orElse("-");
    }

    private static String outage(StoreFaults store, Fault fault) {
        return store.runs().stream()
                .flatMap(run -> run.faults().stream())
                .filter(verdict -> verdict.fault().equals(fault.toString()) && verdict.times() > 0)
                .max(Comparator.comparing(FaultVerdict::longestRecoveryMillis))
                .map(verdict -> String.format(Locale.ROOT, "%.0f", verdict.longestRecoveryMillis()))
                .orElse("-");
    }

    private static String margin(StoreFaults store) {
        return store.runs().stream()
                .map(run -> run.measures().smallestMarginMillis())
                .filter(Objects::nonNull)
                .min(Double::compare)
                .map(value -> String.format(Locale.ROOT, "%.1f", value))
                .orElse("-");
    }

    /** What a reader must know beside the symbols: what is broken, what failed, what differs. */
    static List<String> problems(FaultReport report) {
        List<String> lines = new ArrayList<>();
        for (StoreFaults store : report.stores()) {
            if (store.failed() > 0) {
                lines.add(store.store() + ": " + store.failed() + " fault runs did not come to an end");
            }
            for (FaultResult run : store.runs()) {
                run.problems().forEach(problem -> lines.add(store.store() + " (seed " + run.seed() + ") " + problem));
            }
            store.differences().forEach(difference -> lines.add(store.store() + ": " + difference));
        }
        return lines;
    }

    /** Why cells are not plain, one line for each reason. */
    static List<String> notes(FaultReport report) {
        Map<String, String> notes = new LinkedHashMap<>();
        for (StoreFaults store : report.stores()) {
            for (Fault fault : faults(report)) {
                of(store, fault)
                        .filter(verdict -> !verdict.detail().isEmpty() && verdict.verdict() != Verdict.BROKEN)
                        .ifPresent(verdict -> notes.merge(
                                symbol(verdict.verdict()) + " " + store.store() + ", " + verdict.detail(),
                                fault.title(),
                                (a, b) -> a + ", " + b));
            }
        }
        return notes.entrySet().stream()
                .map(note -> note.getKey() + ": " + note.getValue())
                .toList();
    }
}
