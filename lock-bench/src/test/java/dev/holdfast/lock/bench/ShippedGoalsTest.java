package dev.holdfast.lock.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.lock.bench.contender.StoreUnderTest;
import dev.holdfast.lock.bench.report.Goal;
import dev.holdfast.lock.bench.report.Goals;
import dev.holdfast.lock.bench.run.Scenario;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A goal with a misspelt name would never be measured, and so never be missed. */
class ShippedGoalsTest {
    @Test
    void everyGoalIsAboutSomethingThatIsMeasured() throws IOException {
        List<Goal> goals = Goals.read(Path.of("goals.csv")).all();

        assertFalse(goals.isEmpty());
        assertEquals(List.of(), goals.stream().filter(goal -> !exists(goal)).toList());
    }

    private static boolean exists(Goal goal) {
        return Scenario.ALL.stream().anyMatch(scenario -> scenario.id().equals(goal.scenario()))
                && Arrays.stream(StoreUnderTest.values())
                        .filter(store -> store.id().equals(goal.store()))
                        .anyMatch(store ->
                                goal.versus().isEmpty() || store.names().contains(goal.versus()));
    }
}
