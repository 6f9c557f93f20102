package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.model.EtcdProtocol.Bounds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Unknown outcome, guard and session of docs/etcd.md. */
class EtcdModelTest {
    private static final Set<Rule> SAFETY = Set.of(Rule.S1, Rule.S2, Rule.S4, Rule.S10);
    private static final ModelReport REPORT = new ModelReport("etcd");

    private static EtcdProtocol protocol(EtcdDefect defect, List<Integer> sessions, int requests, int wire) {
        return new EtcdProtocol(defect, new Bounds(sessions, requests, wire, 0));
    }

    /** If this fails: the trace is a schedule of the real protocol; look for the step that should not be possible. */
    @Test
    void noScheduleBreaksSafety() {
        REPORT.holds(
                "2 clients", new EtcdProtocol(EtcdDefect.NONE, new Bounds(List.of(2, 1), 4, 4, 1)), SAFETY, 30_000);
        // A doubt needs one client and many messages, none of which the other one sees.
        REPORT.holds("1 client", new EtcdProtocol(EtcdDefect.NONE, new Bounds(List.of(2), 6, 4, 0)), SAFETY, 30_000);
        REPORT.holdsOnWalks(
                "3 clients, 5 sessions",
                new EtcdProtocol(EtcdDefect.NONE, new Bounds(List.of(2, 2, 1), 9, 6, 2)),
                SAFETY,
                1_500);
    }

    /** If this fails: the trace ends in a state from which nobody moves on, although nothing fails any more. */
    @Test
    void whoeverWaitsIsServed() {
        REPORT.holds(
                "2 clients",
                new EtcdProtocol(EtcdDefect.NONE, new Bounds(List.of(1, 1), 4, 3, 1)),
                Set.of(Explorer.PROGRESS),
                10_000);
    }

    /** If this fails: the model has become too weak to show this defect. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyDefectHasACounterExample(EtcdDefect defect) {
        String name = defect.name();
        switch (defect) {
            case NO_GUARD, SESSION_NOT_REVOKED -> REPORT.breaks(name, protocol(defect, List.of(1), 3, 3), Rule.S10);
            case GUARD_BY_VALUE -> REPORT.breaks(name, protocol(defect, List.of(1), 5, 4), Rule.S10);
            case VALIDITY_FROM_ACQUIRE ->
                REPORT.breaks(name, protocol(defect, List.of(2, 1), 1, 2), Rule.S1, Trace.TICK, "B1 enters");
            case DEADLINE_FROM_REPLY ->
                REPORT.breaks(
                        name,
                        protocol(defect, List.of(1, 2), 2, 2),
                        Rule.S1,
                        "A1 enters",
                        "etcd executes enter(A1, n=1, guard 1)",
                        "client hears granted(A1, n=1, token 2)",
                        Trace.TICK,
                        "A sends a keep-alive",
                        "etcd executes keep(A1, n=1)");
            case WAKE_UP_IS_THE_GRANT ->
                REPORT.breaks(
                        name,
                        protocol(defect, List.of(1, 1, 2), 2, 2),
                        Rule.S1,
                        "B1 enters",
                        "etcd executes enter(B1, n=1, guard 1)",
                        "client hears granted(B1, n=1, token 2)",
                        "A1 enters",
                        "etcd executes enter(A1, n=1, guard 1)",
                        "client hears waiting(A1, n=1, token 3)",
                        "B1 releases",
                        "etcd executes delete(B1, n=2, token 2)");
            case NONE -> throw new IllegalArgumentException(name);
        }
    }

    /** If this fails: random schedules have become too tame to show anything. */
    @Test
    void randomSchedulesFindDefectsToo() {
        EtcdProtocol mutant = new EtcdProtocol(EtcdDefect.NO_GUARD, new Bounds(List.of(2, 1), 9, 6, 1));
        REPORT.breaksOnWalks("NO_GUARD", mutant, Rule.S10, 50_000);
    }
}
