package dev.holdfast.lock.bench.run;

/** What a contender is there for. */
public enum Role {
    /** One bare request: the unit of everything else. */
    ROUND_TRIP,
    /** The store's own cheapest commands for the same job. */
    FLOOR,
    /** What is judged. */
    HOLDFAST,
    /** Another library. */
    PEER
}
