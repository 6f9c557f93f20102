package dev.holdfast.lock.tck.model;

/** A defect planted into the model of docs/redlock.md. */
enum RedlockDefect {
    NONE,
    /** Half of the servers, rounded down, are enough. */
    MAJORITY_OF_HALF,
    /** Validity counts from the answer that made the majority. */
    VALIDITY_FROM_REPLY,
    /** The token is the highest that a server of the majority gave, and no other server is told. */
    MAXIMUM_OF_SERVERS,
    /** The token is what one server counts. */
    TOKEN_OF_ONE_SERVER,
    /** A server that lost its data grants at once. */
    NO_DELAYED_RESTART,
    /** A server that lost its data counts tokens from the beginning. */
    TOKENS_BEGIN_ANEW,
    /** The tries of one acquire share an id, so that taking back one takes back the next. */
    TRIES_SHARE_AN_ID
}
