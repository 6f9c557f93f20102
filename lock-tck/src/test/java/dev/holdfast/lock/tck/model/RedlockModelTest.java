package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Majorities and tokens of docs/redlock.md, on servers that lose their data. */
class RedlockModelTest {
    private static final ModelReport REPORT = new ModelReport("redlock");
    private static final Set<Rule> RULES = Set.of(Rule.S1, Rule.S2);

    /** If this fails: the trace shows which two majorities did not meet, or met at a server that had forgotten. */
    @Test
    void noScheduleBreaksSafety() {
        REPORT.holds("two clients, three servers", new RedlockProtocol(RedlockDefect.NONE), RULES, 60_000);
    }

    /** The same, from where one client holds. */
    @Test
    void noScheduleBreaksSafetyOnceALockIsHeld() {
        RedlockProtocol protocol = new RedlockProtocol(RedlockDefect.NONE);
        REPORT.holds("held on two of three", protocol, RULES, 60_000, held(1, 2));
    }

    /** If this fails: as above, and the seed shows it again. */
    @Test
    void noRandomScheduleBreaksSafety() {
        REPORT.holdsOnWalks("two clients, three servers", new RedlockProtocol(RedlockDefect.NONE), RULES, 5_000);
    }

    private static String[] held(int one, int other) {
        return new String[] {
            "A asks all", "enter of A1 at server " + one, "enter of A1 at server " + other, "A has a majority"
        };
    }

    static Stream<Arguments> defects() {
        return Stream.of(
                Arguments.of(RedlockDefect.MAJORITY_OF_HALF, Rule.S1, new String[0]),
                Arguments.of(RedlockDefect.VALIDITY_FROM_REPLY, Rule.S1, new String[] {
                    "A asks all", "enter of A1 at server 1", "enter of A1 at server 2"
                }),
                Arguments.of(RedlockDefect.NO_DELAYED_RESTART, Rule.S1, held(1, 2)),
                Arguments.of(RedlockDefect.TRIES_SHARE_AN_ID, Rule.S1, new String[] {
                    "A asks all",
                    "enter of A1 at server 0",
                    "A gives up",
                    "A asks all",
                    "enter of A2 at server 1",
                    "enter of A2 at server 2",
                    "A has a majority"
                }),
                Arguments.of(RedlockDefect.MAXIMUM_OF_SERVERS, Rule.S2, held(0, 1)),
                Arguments.of(RedlockDefect.TOKEN_OF_ONE_SERVER, Rule.S2, held(0, 1)),
                Arguments.of(
                        RedlockDefect.TOKENS_BEGIN_ANEW,
                        Rule.S2,
                        Stream.concat(
                                        Stream.of(held(0, 1)),
                                        Stream.of("raise of A1 at server 1", "A has its token kept"))
                                .toArray(String[]::new)));
    }

    /** If this fails: the model has become too weak to show this defect. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void everyDefectHasACounterExample(RedlockDefect defect, Rule rule, String[] prelude) {
        REPORT.breaks(defect.name(), new RedlockProtocol(defect), rule, prelude);
    }
}
