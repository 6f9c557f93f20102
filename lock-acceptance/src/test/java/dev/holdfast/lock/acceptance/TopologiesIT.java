package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.stores.harness.StartedTopology;
import dev.holdfast.lock.stores.harness.Topology;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.faults.FaultResult;
import dev.holdfast.lock.tck.faults.FaultRun;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Processes contend on stores of several servers while one server after the other fails; the short form. */
@Tag("A3")
class TopologiesIT {
    private static final Set<Fault> OF_MEMBERS = EnumSet.of(
            Fault.LEADER_KILLED,
            Fault.UNREPLICATED_FAILOVER,
            Fault.LEADER_STOPPED,
            Fault.LEADER_CUT_OFF,
            Fault.FOLLOWER_CUT_OFF,
            Fault.MINORITY_STOPPED,
            Fault.MINORITY_EMPTIED,
            Fault.MAJORITY_LOST);

    /** They mostly wait, as in a comparison. */
    private static final ExecutorService AT_ONCE = Executors.newFixedThreadPool(3);

    @AfterAll
    static void stop() {
        AT_ONCE.shutdownNow();
    }

    @TestFactory
    Stream<DynamicTest> whatIsOwedIsKeptWhileServersFail() {
        return Stream.of(Topology.values())
                .map(topology -> Map.entry(topology, AT_ONCE.submit(() -> run(topology))))
                .toList() // all are under way before the first result is awaited
                .stream()
                .map(run -> DynamicTest.dynamicTest(run.getKey().store(), () -> {
                    FaultResult result = run.getValue().get();
                    System.out.println(run.getKey().store() + ": " + result.verdicts() + "\n" + result.measures());
                    assertTrue(result.clean(), () -> String.join("\n\n", result.problems()));
                    assertEquals(0, result.measures().acceptedLost());
                }));
    }

    private static FaultResult run(Topology topology) throws Exception {
        try (StartedTopology store = topology.start(StoreRack.launcher())) {
            return FaultRun.on(store.harness(), FaultRun.Plan.of(7, Duration.ZERO, OF_MEMBERS), step -> {});
        }
    }
}
