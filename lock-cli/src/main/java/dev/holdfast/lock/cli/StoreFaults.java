package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.faults.FaultResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The fault runs on one store.
 *
 * @param store its name
 * @param runs one result each
 * @param failed how many did not come to an end
 * @param choose when to choose the store, in a sentence
 * @param differences verdicts that are not the same in all runs
 */
record StoreFaults(String store, List<FaultResult> runs, int failed, String choose, List<String> differences) {
    StoreFaults {
        runs = List.copyOf(runs);
        differences = List.copyOf(differences);
    }

    StoreFaults(String store, List<FaultResult> runs, int failed) {
        this(store, runs, failed, Choice.of(store), differences(runs));
    }

    /** Whether every run came to an end, kept what is owed, and said the same as the others. */
    boolean clean() {
        return failed == 0 && differences.isEmpty() && runs.stream().allMatch(FaultResult::clean);
    }

    /** The run that stands for all: the first that is not clean, else the first. */
    Optional<FaultResult> shown() {
        return runs.stream().filter(run -> !run.clean()).findFirst().or(() -> runs.stream()
                .findFirst());
    }

    private static List<String> differences(List<FaultResult> runs) {
        List<String> found = new ArrayList<>();
        for (int i = 1; i < runs.size(); i++) {
            Set<String> odd = new LinkedHashSet<>(runs.get(i).verdicts());
            runs.get(0).verdicts().forEach(odd::remove);
            for (String verdict : odd) {
                found.add("seed " + runs.get(i).seed() + ": " + verdict + ", other than with seed "
                        + runs.get(0).seed());
            }
        }
        return found;
    }
}
