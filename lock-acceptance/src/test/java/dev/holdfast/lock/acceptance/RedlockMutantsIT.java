package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.tck.mutants.MutantRunner;
import dev.holdfast.lock.tck.mutants.MutantTests;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The kit, and faults of a minority, find out every mutant of Redlock: one at a time, on five servers. */
@Tag("A8")
class RedlockMutantsIT {
    private static final Pattern SHARED =
            Pattern.compile("dev\\.holdfast\\.lock\\.(stores\\.[A-Z].*|acceptance\\.(SuspectStores|StoreRack).*)");
    private static final MutantTests LANE = new MutantTests(1);

    @AfterAll
    static void stop() {
        LANE.close();
    }

    @TestFactory
    Stream<DynamicTest> everyMutantIsFoundOut() {
        MutantRunner runner = new MutantRunner(
                RedlockSuspect.class, name -> SHARED.matcher(name).matches());
        return LANE.of(runner, "lock-acceptance", "redlock");
    }
}
