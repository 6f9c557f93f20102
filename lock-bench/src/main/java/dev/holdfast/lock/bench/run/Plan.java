package dev.holdfast.lock.bench.run;

import java.time.Duration;

/**
 * How long a run is.
 *
 * @param rounds that count in an uncontended scenario
 * @param turn how long each contender works in a round of it, alone
 * @param warmUp how long each works before the first scenario of a store, for the compiler
 */
public record Plan(int rounds, Duration turn, Duration warmUp) {
    /** The fewest rounds of which a report can make an interval. */
    public static final int FEWEST_ROUNDS = 6;

    /** Few hand-overs fit into a second on some stores, and the queue must form first. */
    private static final int CONTENDED_FACTOR = 6;

    private static final int WARM_UPS = 2;
    private static final int CONTENDED_WARM_UPS = 1;

    /** The length of a turn in this scenario. */
    public Duration turn(Scenario.Kind kind) {
        return kind == Scenario.Kind.CONTENDED ? turn.multipliedBy(CONTENDED_FACTOR) : turn;
    }

    /** Rounds that count in this scenario: fewer when they are longer. */
    public int rounds(Scenario.Kind kind) {
        return kind == Scenario.Kind.CONTENDED ? Math.max(FEWEST_ROUNDS, rounds * 2 / 3) : rounds;
    }

    /** Rounds before them that do not count. */
    int warmUps(Scenario.Kind kind) {
        return kind == Scenario.Kind.CONTENDED ? CONTENDED_WARM_UPS : WARM_UPS;
    }

    /** How many times {@link #turn()} a contender works in such a scenario. */
    public static int units(Scenario.Kind kind, int rounds) {
        Plan plan = new Plan(rounds, Duration.ofMillis(1), Duration.ZERO);
        return (plan.rounds(kind) + plan.warmUps(kind))
                * Math.toIntExact(plan.turn(kind).toMillis());
    }
}
