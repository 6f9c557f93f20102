package dev.holdfast.lock.tck.model;

/** A defect planted into the model of docs/redis.md. */
enum RedisDefect {
    NONE,
    /** The deadline counts from the arrival of the answer. */
    DEADLINE_FROM_REPLY,
    /** A grant from the channel counts from the waiter's last request, whichever the server had processed. */
    PUSH_COUNTS_FROM_LAST_REQUEST,
    /** A release frees the lock, whoever holds it. */
    RELEASE_WITHOUT_COMPARE,
    /** A release with a tombstone leaves alone what a late enter of its id has been given since. */
    RELEASE_KEEPS_LATE_ENTER,
    /** A renewal makes its sender the holder, whoever holds the lock. */
    RENEWAL_WITHOUT_COMPARE,
    /** Leave and release keep no tombstone. */
    NO_TOMBSTONE,
    /** A look of an id that the server does not know queues it. */
    LOOK_ENTERS,
    /** The token is forgotten when the lock is free. */
    TOKEN_RESETS,
    /** A waiter relies on its channel and never looks. */
    MESSAGE_WITHOUT_FALLBACK
}
