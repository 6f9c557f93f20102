package dev.holdfast.lock.tck.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every rule that a test can decide has a mutant, here or in lock-acceptance, or a reason why there is none. */
@Tag("A8")
class MutantCoverageTest {
    private static final Path MUTANTS = Path.of("src/test/resources/mutants");
    private final SourceTree tree = SourceTree.here();

    private List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        for (String module : List.of("lock-tck", "lock-acceptance")) {
            all.addAll(Mutant.below(tree.module(module).resolve(MUTANTS)));
        }
        return all;
    }

    private Map<String, String> reasons() throws IOException {
        return Files.readAllLines(tree.module("lock-tck").resolve(MUTANTS).resolve("without.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(": ", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    @Test
    void everyRuleHasAMutantOrAReason() throws IOException {
        Set<String> shown = new TreeSet<>();
        all().forEach(mutant -> shown.addAll(mutant.rules()));
        Set<String> without = Arrays.stream(Rule.values())
                .filter(Rule::testable)
                .map(Enum::name)
                .filter(rule -> !shown.contains(rule))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(reasons().keySet()), without, "rules without a mutant, and those with a reason");
        assertTrue(reasons().values().stream().noneMatch(String::isBlank));
    }

    @Test
    void mutantsNameOnlyRulesThatExistAndCanBeDecided() {
        for (Mutant mutant : all()) {
            for (String id : mutant.rules()) {
                assertTrue(Rule.valueOf(id).testable(), () -> mutant + " names a rule that no test decides");
            }
            mutant.also().forEach(Rule::valueOf);
        }
    }

    @Test
    void noMutantHasRotted() throws IOException {
        List<Mutant> all = all();
        for (Mutant mutant : all) {
            for (String file : mutant.files()) {
                mutant.applyTo(file, Files.readString(tree.source(mutant.module(), file)));
            }
        }
        assertTrue(all.size() >= 120, "only " + all.size() + " mutants were found");
    }
}
