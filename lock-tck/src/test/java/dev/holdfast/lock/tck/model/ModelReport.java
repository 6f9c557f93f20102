package dev.holdfast.lock.tck.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Runs models for the tests, and writes what they found to {@code target/model/}. {@code -Dholdfast.model.scale=20}
 * looks at that many times as much, {@code -Dholdfast.model.seed} chooses other random schedules.
 */
final class ModelReport {
    private static final int SCALE = Integer.getInteger("holdfast.model.scale", 1);
    private static final long SEED = Long.getLong("holdfast.model.seed", 20_261_121);
    private static final int ENOUGH_FOR_A_DEFECT = 600_000;
    private static final int LENGTH_OF_WALK = 70;

    private final Path file;

    ModelReport(String model) {
        file = Path.of("target", "model", model + ".txt");
    }

    /** No state breaks any of these rules. */
    <S extends State<S>> Explorer.Findings holds(
            String space, Protocol<S> protocol, Set<Rule> rules, int states, String... prelude) {
        Explorer.Findings found = Explorer.explore(protocol, rules, states * SCALE, List.of(prelude));
        assertEquals(Optional.empty(), found.trace(), () -> space + ":\n" + found.trace());
        say(space + ", " + rules + ": " + found);
        return found;
    }

    /** No random schedule breaks any of these rules. */
    <S extends State<S>> void holdsOnWalks(String space, Protocol<S> protocol, Set<Rule> rules, int walks) {
        Optional<Trace> found = Walks.search(protocol, rules, SEED, walks * SCALE, LENGTH_OF_WALK);
        assertEquals(Optional.empty(), found, () -> space + ", seed " + SEED + ":\n" + found);
        say(space + ", " + rules + ": " + walks * SCALE + " random schedules of " + LENGTH_OF_WALK + " steps, seed "
                + SEED);
    }

    /** The defect breaks this rule; returns a shortest schedule that shows it. */
    <S extends State<S>> Trace breaks(String defect, Protocol<S> protocol, Rule rule, String... prelude) {
        Explorer.Findings found = Explorer.explore(protocol, Set.of(rule), ENOUGH_FOR_A_DEFECT, List.of(prelude));
        assertTrue(found.trace().isPresent(), () -> "no schedule shows the defect " + defect + ": " + found);
        Trace trace = found.trace().get();
        say(defect + " (" + found.states() + " states):\n" + trace);
        return trace;
    }

    /** The defect is found by random schedules too. */
    <S extends State<S>> void breaksOnWalks(String defect, Protocol<S> protocol, Rule rule, int walks) {
        Optional<Trace> found = Walks.search(protocol, Set.of(rule), SEED, walks, LENGTH_OF_WALK);
        assertTrue(found.isPresent(), () -> "no random schedule shows the defect " + defect + ", seed " + SEED);
        say(defect + " (seed " + SEED + ", shrunk):\n" + found.get());
    }

    private void say(String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    text + System.lineSeparator(),
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.println(file.getFileName() + ": " + text.lines().findFirst().orElse(""));
    }
}
