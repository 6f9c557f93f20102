package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oracle for lost updates finds them, and the fence prevents them (rule F7). */
class LostUpdateTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("counter");
    }

    @Test
    void staleWriterIsRejectedAfterItsSuccessorHasRead() {
        try (LostUpdate counter = LostUpdate.in(file)) {
            OptionalLong old = counter.read(1);
            OptionalLong current = counter.read(2);
            assertFalse(counter.write(1, old.orElseThrow() + 1));
            assertTrue(counter.write(2, current.orElseThrow() + 1));
            assertEquals(counter.accepted(), counter.value());
        }
    }

    @Test
    void equalTokenIsAcceptedAndLowerOnesAreNot() {
        try (LostUpdate counter = LostUpdate.in(file)) {
            assertTrue(counter.increment(5));
            assertTrue(counter.increment(5));
            assertTrue(counter.read(4).isEmpty());
            assertFalse(counter.write(4, 9));
            assertEquals(2, counter.value());
        }
    }

    @Test
    void resourceThatSeesTheTokenInWritesOnlyLosesAnUpdate() {
        try (LostUpdate counter = LostUpdate.in(file)) {
            long old = counter.value();
            long current = counter.value();
            assertTrue(counter.write(1, old + 1), "a stale write before the new holder's first is accepted");
            assertTrue(counter.write(2, current + 1));
            assertNotEquals(counter.accepted(), counter.value(), "the oracle missed a lost update");
        }
    }

    @Test
    void stateIsInTheFile() {
        try (LostUpdate counter = LostUpdate.in(file)) {
            counter.increment(3);
        }
        try (LostUpdate counter = LostUpdate.in(file)) {
            assertEquals(1, counter.value());
            assertTrue(counter.read(2).isEmpty());
        }
    }

    @Test
    void unlockedIncrementsOfSeveralThreadsAreNeverCountedWrong() throws Exception {
        try (Stage stage = new Stage(new MemoryHarness());
                LostUpdate counter = LostUpdate.in(file)) {
            List<Stage.Branch<Long>> branches = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                LostUpdate own = stage.keep(LostUpdate.in(file));
                long first = i;
                branches.add(stage.branch(() -> {
                    long accepted = 0;
                    for (long token = first; token < 800; token += 4) {
                        accepted += own.increment(token) ? 1 : 0;
                    }
                    return accepted;
                }));
            }
            long accepted = 0;
            for (Stage.Branch<Long> branch : branches) {
                accepted += branch.join();
            }
            // Distinct tokens: whoever is overtaken is rejected, so nothing is lost even without a lock.
            assertEquals(accepted, counter.value());
            assertTrue(accepted > 0);
        }
    }
}
