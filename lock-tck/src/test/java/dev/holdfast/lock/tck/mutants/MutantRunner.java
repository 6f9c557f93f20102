package dev.holdfast.lock.tck.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lets the kit judge a mutant. Each rule that the mutant names must go red, by an assertion that says what is wrong;
 * with {@code -Dholdfast.mutants.exact=true} every rule of the kit is run, and no other one may go red. With {@code
 * -Dholdfast.mutants.repeat=20} the tests that found the mutant have to find it as many times, every time.
 */
public final class MutantRunner {
    private static final boolean EXACT = Boolean.getBoolean("holdfast.mutants.exact");
    static final int REPEAT = Integer.getInteger("holdfast.mutants.repeat", 1);

    private final SourceTree tree;
    private final MutantBuild build;
    private final Class<?> kitClass;
    private final Predicate<String> shared;

    /**
     * For the kit as it stands in this class, for example {@code MemorySuspect}.
     *
     * @param shared names of classes that are not loaded anew for each mutant, such as those that have started a store
     */
    public MutantRunner(Class<?> kitClass, Predicate<String> shared) {
        this.tree = SourceTree.here();
        this.build = new MutantBuild(tree);
        this.kitClass = kitClass;
        this.shared = shared;
    }

    /** The mutants kept in this module's {@code src/test/resources/mutants}, below this directory of it. */
    List<Mutant> mutants(String module, String directory) {
        Path all = tree.module(module).resolve("src/test/resources/mutants");
        return Mutant.below(all).stream()
                .filter(mutant -> mutant.id().startsWith(directory + "/"))
                .toList();
    }

    /** Fails unless the kit finds the mutant out. */
    void mustBeFoundOut(Mutant mutant) throws Exception {
        Path directory = Files.createTempDirectory("holdfast-mutant");
        try {
            build.build(mutant, directory);
            if (!mutant.alone()) {
                examine(mutant, directory);
                return;
            }
            try (AutoCloseable ignored = MutantTests.classPathBeginsWith(directory)) {
                examine(mutant, directory);
            }
        } finally {
            delete(directory);
        }
    }

    private void examine(Mutant mutant, Path directory) throws Exception {
        Trial.Outcome outcome = first(mutant, directory);
        Map<String, List<Trial.Failure>> red = outcome.red();
        List<String> complaints = new ArrayList<>();
        for (String rule : mutant.rules()) {
            if (!red.containsKey(rule)) {
                complaints.add(rule + " stayed green (" + outcome.finished() + " tests ran)");
            } else if (!isFound(mutant, rule, red)) {
                complaints.add(rule + " went red, but for another reason: " + red.get(rule));
            }
        }
        Set<String> others = new TreeSet<>(red.keySet());
        others.removeAll(mutant.rules());
        others.removeAll(mutant.also());
        if (EXACT && !others.isEmpty()) {
            complaints.add("not expected to go red: "
                    + others.stream().map(rule -> red.get(rule).toString()).collect(Collectors.joining("; ")));
        }
        if (complaints.isEmpty()) {
            complaints.addAll(missedAgain(mutant, directory, outcome));
        }
        if (!complaints.isEmpty()) {
            throw new AssertionError("mutant " + mutant + "\n  " + String.join("\n  ", complaints));
        }
    }

    private Trial.Outcome first(Mutant mutant, Path directory) throws Exception {
        Trial.Outcome outcome = null;
        for (int trial = 0; outcome == null || (trial < mutant.trials() && !isFound(mutant, outcome.red())); trial++) {
            outcome = run(directory, EXACT ? rule -> true : mutant.rules()::contains, test -> true, enough(mutant));
        }
        return outcome;
    }

    /** The rules that the tests which had found the mutant out did not find broken every time. */
    private List<String> missedAgain(Mutant mutant, Path directory, Trial.Outcome first) throws Exception {
        Set<String> tests = first.failures().stream()
                .filter(failure -> explains(mutant, failure))
                .map(Trial.Failure::test)
                .collect(Collectors.toSet());
        Map<String, Integer> found = new TreeMap<>();
        for (int again = 1; again < REPEAT; again++) {
            Set<String> rules = new TreeSet<>();
            for (int trial = 0; trial < mutant.trials() && !rules.containsAll(mutant.rules()); trial++) {
                Map<String, List<Trial.Failure>> red = run(
                                directory, mutant.rules()::contains, tests::contains, all -> false)
                        .red();
                mutant.rules().stream()
                        .filter(rule -> isFound(mutant, rule, red))
                        .forEach(rules::add);
            }
            rules.forEach(rule -> found.merge(rule, 1, Integer::sum));
        }
        return mutant.rules().stream()
                .filter(rule -> found.getOrDefault(rule, 0) < REPEAT - 1)
                .map(rule -> rule + " was found broken " + (found.getOrDefault(rule, 0) + 1) + " times of " + REPEAT)
                .toList();
    }

    private static boolean isFound(Mutant mutant, Map<String, List<Trial.Failure>> red) {
        return mutant.rules().stream().allMatch(rule -> isFound(mutant, rule, red));
    }

    private static boolean isFound(Mutant mutant, String rule, Map<String, List<Trial.Failure>> red) {
        return red.getOrDefault(rule, List.of()).stream().anyMatch(failure -> explains(mutant, failure));
    }

    /** Fails unless the kit is green when its class loader is the one of mutants but nothing is changed. */
    void mustBeGreenUnchanged() throws Exception {
        Path nothing = Files.createTempDirectory("holdfast-mutant");
        try {
            Trial.Outcome outcome = run(nothing, rule -> true, test -> true, all -> false);
            if (!outcome.failures().isEmpty() || outcome.finished() == 0) {
                throw new AssertionError(
                        "without any defect, " + outcome.finished() + " tests ran and failed: " + outcome.failures());
            }
        } finally {
            delete(nothing);
        }
    }

    /** Nothing is enough for an exact account, nor where all the tests that find a mutant are to be known. */
    private static Predicate<Trial.Outcome> enough(Mutant mutant) {
        return outcome -> !EXACT && REPEAT == 1 && isFound(mutant, outcome.red());
    }

    private Trial.Outcome run(
            Path directory, Predicate<String> rules, Predicate<String> tests, Predicate<Trial.Outcome> enough)
            throws Exception {
        try (MutantClassLoader loader = new MutantClassLoader(directory, kitClass.getClassLoader(), shared)) {
            return Trial.run(kitClass.getName(), loader, rules, tests, enough);
        }
    }

    /** A message with words that the mutant expects; not from code that broke by accident, or hung. */
    private static boolean explains(Mutant mutant, Trial.Failure failure) {
        Throwable thrown = failure.thrown();
        boolean accident = thrown instanceof NullPointerException
                || thrown instanceof TimeoutException
                || thrown instanceof InterruptedException;
        String message = String.valueOf(thrown.getMessage());
        return !accident && mutant.says().stream().anyMatch(message::contains);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
