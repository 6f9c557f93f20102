package dev.holdfast.lock.tck.model;

/** A defect planted into the model of docs/etcd.md. */
enum EtcdDefect {
    NONE,
    /** A doubt is ended by reading the own entry, without moving the guard. */
    NO_GUARD,
    /** Enter compares the value of the guard, which a late duplicate of an older put brings back. */
    GUARD_BY_VALUE,
    /** A session that is over here is left to its lease time when an acquire leaves in doubt. */
    SESSION_NOT_REVOKED,
    /** Validity counts from the acquire, although the session is older. */
    VALIDITY_FROM_ACQUIRE,
    /** The session's deadline counts from the arrival of the keep-alive's answer. */
    DEADLINE_FROM_REPLY,
    /** The predecessor's deletion is the grant, and counts from its arrival (etcd #11456). */
    WAKE_UP_IS_THE_GRANT
}
