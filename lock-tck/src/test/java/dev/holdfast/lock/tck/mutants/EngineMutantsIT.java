package dev.holdfast.lock.tck.mutants;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The kit finds out every mutant of the engine and of the memory driver. */
@Tag("A8")
class EngineMutantsIT {
    private static final MutantTests TESTS = new MutantTests(Integer.getInteger("holdfast.mutants.parallel", 4));

    @AfterAll
    static void stop() {
        TESTS.close();
    }

    @TestFactory
    Stream<DynamicTest> everyMutantIsFoundOut() {
        return TESTS.of(new MutantRunner(MemorySuspect.class, name -> false), "lock-tck", "engine", "memory");
    }
}
