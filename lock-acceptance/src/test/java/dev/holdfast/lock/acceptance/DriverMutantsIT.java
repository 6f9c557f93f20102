package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.tck.mutants.MutantRunner;
import dev.holdfast.lock.tck.mutants.MutantTests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The kit finds out every mutant of the drivers, on the real stores: one mutant at a time on each. */
@Tag("A8")
class DriverMutantsIT {
    private static final Pattern SHARED =
            Pattern.compile("dev\\.holdfast\\.lock\\.(stores\\.[A-Z].*|acceptance\\.(SuspectStores|StoreRack).*)");
    private static final Map<String, Class<?>> SUSPECTS = Map.of(
            "redis", RedisSuspect.class,
            "redis-strict", RedisStrictSuspect.class,
            "etcd", EtcdSuspect.class,
            "zookeeper", ZooKeeperSuspect.class,
            "postgres", PostgresSuspect.class,
            "postgres-advisory", PostgresAdvisorySuspect.class);
    private static final List<MutantTests> LANES = new ArrayList<>();

    @AfterAll
    static void stop() {
        LANES.forEach(MutantTests::close);
    }

    @TestFactory
    Stream<DynamicTest> everyMutantIsFoundOut() {
        return SUSPECTS.entrySet().stream()
                .map(suspect -> lane(suspect.getKey(), suspect.getValue()))
                .toList() // every lane is under way before the first result is awaited
                .stream()
                .flatMap(tests -> tests);
    }

    private static Stream<DynamicTest> lane(String directory, Class<?> suspect) {
        MutantTests lane = new MutantTests(1);
        LANES.add(lane);
        MutantRunner runner =
                new MutantRunner(suspect, name -> SHARED.matcher(name).matches());
        return lane.of(runner, "lock-acceptance", directory);
    }
}
