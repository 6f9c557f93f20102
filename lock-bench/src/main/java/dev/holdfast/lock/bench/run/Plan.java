package dev.holdfast.lock.bench.run;

import java.time.Duration;

/**
 * How long a run is.
 *
 * @param warmUps rounds at the beginning of a scenario that are not counted
 * @param rounds rounds that are
 * @param turn how long each contender works in one round, alone
 */
public record Plan(int warmUps, int rounds, Duration turn) {
    /** Hand-overs need more time than pairs, since few fit into a second on some stores. */
    static final int CONTENDED_FACTOR = 2;

    /** The length of a turn in this scenario. */
    public Duration turn(Scenario.Kind kind) {
        return kind == Scenario.Kind.CONTENDED ? turn.multipliedBy(CONTENDED_FACTOR) : turn;
    }

    /** How many turns, in units of {@link #turn()}, these contenders take in the scenario. */
    public static int units(Scenario.Kind kind, int contenders, int rounds) {
        return contenders * rounds * (kind == Scenario.Kind.CONTENDED ? CONTENDED_FACTOR : 1);
    }
}
