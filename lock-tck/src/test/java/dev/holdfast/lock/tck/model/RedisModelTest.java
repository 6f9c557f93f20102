package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.model.RedisProtocol.Bounds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Direct grant of docs/redis.md: lost, late and doubled messages, dead and paused waiters. */
class RedisModelTest {
    private static final Set<Rule> SAFETY = Set.of(Rule.S1, Rule.S2, Rule.S4, Rule.S10);
    private static final ModelReport REPORT = new ModelReport("redis");

    private static final String[] B_HOLDS = {
        "B1 enters", "server executes enter(B1, n=1)", "client hears granted(B1, n=1, token 1)"
    };

    private static RedisProtocol protocol(RedisDefect defect, List<Integer> acquires, int requests, int wire) {
        return new RedisProtocol(defect, new Bounds(acquires, requests, wire, 0));
    }

    /** If this fails: the trace is a schedule of the real protocol; look for the step that should not be possible. */
    @Test
    void noScheduleBreaksSafety() {
        Bounds small = new Bounds(List.of(1, 1), 2, 3, 1);
        REPORT.holds("2 clients", new RedisProtocol(RedisDefect.NONE, small), SAFETY, 40_000);
        Bounds wide = new Bounds(List.of(2, 2, 1), 5, 6, 2);
        REPORT.holdsOnWalks("3 clients, 5 acquires", new RedisProtocol(RedisDefect.NONE, wide), SAFETY, 2_000);
    }

    /** If this fails: the trace ends in a state from which nobody moves on, although nothing fails any more. */
    @Test
    void whoeverWaitsIsServed() {
        Bounds small = new Bounds(List.of(1, 1), 2, 2, 1);
        REPORT.holds("2 clients", new RedisProtocol(RedisDefect.NONE, small), Set.of(Explorer.PROGRESS), 10_000);
    }

    /** If this fails: the model has become too weak to show this defect. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyDefectHasACounterExample(RedisDefect defect) {
        String name = defect.name();
        switch (defect) {
            case DEADLINE_FROM_REPLY -> REPORT.breaks(name, protocol(defect, List.of(1, 1), 1, 2), Rule.S1);
            case PUSH_COUNTS_FROM_LAST_REQUEST ->
                REPORT.breaks(
                        name,
                        protocol(defect, List.of(1, 2), 2, 3),
                        Rule.S1,
                        B_HOLDS[0],
                        B_HOLDS[1],
                        B_HOLDS[2],
                        "A1 enters",
                        "server executes enter(A1, n=1)",
                        "client hears waiting(A1, n=1)",
                        "B1 releases",
                        "server executes release(B1, n=2, token 1)");
            case RELEASE_WITHOUT_COMPARE ->
                REPORT.breaks(
                        name,
                        protocol(defect, List.of(1, 2), 1, 3),
                        Rule.S1,
                        B_HOLDS[0],
                        B_HOLDS[1],
                        B_HOLDS[2],
                        "B1 releases",
                        "B1 gives up its leave or release");
            case RENEWAL_WITHOUT_COMPARE -> REPORT.breaks(name, protocol(defect, List.of(1, 1), 1, 2), Rule.S4);
            case TOKEN_RESETS -> REPORT.breaks(name, protocol(defect, List.of(1, 1), 1, 2), Rule.S2);
            case MESSAGE_WITHOUT_FALLBACK ->
                REPORT.breaks(
                        name,
                        new RedisProtocol(defect, new Bounds(List.of(1, 1), 1, 2, 1)),
                        Explorer.PROGRESS,
                        B_HOLDS[0],
                        B_HOLDS[1],
                        B_HOLDS[2],
                        "A1 enters");
            case NO_TOMBSTONE, LOOK_ENTERS, RELEASE_KEEPS_LATE_ENTER ->
                REPORT.breaks(name, protocol(defect, List.of(1, 1), 2, 2), Rule.S10);
            case NONE -> throw new IllegalArgumentException(name);
        }
    }

    /** If this fails: random schedules have become too tame to show anything. */
    @Test
    void randomSchedulesFindDefectsToo() {
        Bounds wide = new Bounds(List.of(2, 2), 5, 5, 1);
        RedisProtocol mutant = new RedisProtocol(RedisDefect.RENEWAL_WITHOUT_COMPARE, wide);
        REPORT.breaksOnWalks("RENEWAL_WITHOUT_COMPARE", mutant, Rule.S4, 50_000);
    }
}
