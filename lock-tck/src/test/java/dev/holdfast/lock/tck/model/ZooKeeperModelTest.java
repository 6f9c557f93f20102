package dev.holdfast.lock.tck.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.Rule;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The deadline of a lease on an ensemble, docs/zookeeper.md. */
class ZooKeeperModelTest {
    private static final ModelReport REPORT = new ModelReport("zookeeper");

    /** If this fails: the trace shows which report of the session has not reached the leader. */
    @Test
    void noScheduleBreaksSafety() {
        ZooKeeperProtocol protocol = new ZooKeeperProtocol(ZooKeeperDefect.NONE);
        assertTrue(REPORT.holds("one session on an ensemble", protocol, Set.of(Rule.S1, Rule.S4), 100_000)
                .complete());
    }

    /** If this fails: the model has become too weak to show this defect. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyDefectHasACounterExample(ZooKeeperDefect defect) {
        REPORT.breaks(defect.name(), new ZooKeeperProtocol(defect), Rule.S1);
    }
}
