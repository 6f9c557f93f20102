package dev.holdfast.lock.redis;

/** What stands behind a URL. */
enum Topology {
    /** One primary, always the same. */
    SINGLE,
    /** One primary at a time, which sentinels name. */
    SENTINEL,
    /** Several primaries, each with its slots; a script has the keys of one slot. */
    CLUSTER
}
