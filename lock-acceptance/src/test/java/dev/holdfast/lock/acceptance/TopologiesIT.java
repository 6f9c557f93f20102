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
import java.util.Set;
import java.util.stream.Stream;
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

    @TestFactory
    Stream<DynamicTest> whatIsOwedIsKeptWhileServersFail() {
        return Stream.of(Topology.values())
                .map(topology -> DynamicTest.dynamicTest(topology.store(), () -> {
                    try (StartedTopology store = topology.start(StoreRack.launcher())) {
                        FaultRun.Plan plan = FaultRun.Plan.of(7, Duration.ZERO, OF_MEMBERS);
                        FaultResult result = FaultRun.on(store.harness(), plan, step -> {});
                        System.out.println(topology.store() + ": " + result.verdicts() + "\n" + result.measures());
                        assertTrue(result.clean(), () -> String.join("\n\n", result.problems()));
                        assertEquals(0, result.measures().acceptedLost());
                    }
                }));
    }
}
