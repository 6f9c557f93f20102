package dev.holdfast.lock.tck.mutants;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The runner itself: it accuses nobody who is innocent, and lets nobody go who is not found out. */
@Tag("A8")
class MutantRunnerIT {
    private final MutantRunner runner = new MutantRunner(MemorySuspect.class, name -> false);

    private static Mutant harmless(String says) {
        return new Mutant(
                "engine/harmless",
                Set.of("F1"),
                Set.of(),
                1,
                false,
                "lock-api",
                "It only sounds wrong.",
                List.of(says),
                List.of(new Mutant.Edit(
                        "dev/holdfast/lock/HeldLease.java",
                        "        return grant.token();",
                        "        return grant.token() + 0;")));
    }

    @Test
    void aMutantThatIsNotFoundOutFails() {
        AssertionError survived = assertThrows(AssertionError.class, () -> runner.mustBeFoundOut(harmless("anything")));
        assertTrue(survived.getMessage().contains("F1 stayed green"), survived.getMessage());
    }

    @Test
    void aMutantThatIsFoundOutForAnotherReasonFails() {
        Mutant.Edit wrong = new Mutant.Edit(
                "dev/holdfast/lock/HeldLease.java", "        return grant.token();", "        return -grant.token();");
        Mutant mutant = new Mutant(
                "engine/wrong",
                Set.of("F1"),
                Set.of(),
                1,
                false,
                "lock-api",
                "why",
                List.of("not this"),
                List.of(wrong));
        AssertionError other = assertThrows(AssertionError.class, () -> runner.mustBeFoundOut(mutant));
        assertTrue(other.getMessage().contains("for another reason"), other.getMessage());
    }

    @Test
    void aMutantThatDoesNotCompileFails() {
        Mutant.Edit nonsense = new Mutant.Edit(
                "dev/holdfast/lock/HeldLease.java", "        return grant.token();", "        return nonsense;");
        Mutant mutant = new Mutant(
                "engine/nonsense",
                Set.of("F1"),
                Set.of(),
                1,
                false,
                "lock-api",
                "why",
                List.of("x"),
                List.of(nonsense));
        AssertionError broken = assertThrows(AssertionError.class, () -> runner.mustBeFoundOut(mutant));
        assertTrue(broken.getMessage().contains("does not compile"), broken.getMessage());
    }

    @Test
    void withoutADefectTheKitIsGreen() throws Exception {
        runner.mustBeGreenUnchanged();
    }
}
