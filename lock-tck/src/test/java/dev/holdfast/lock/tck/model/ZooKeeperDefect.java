package dev.holdfast.lock.tck.model;

/** A defect planted into the model of the deadline of docs/zookeeper.md. */
enum ZooKeeperDefect {
    /**
     * A write proves what was answered long enough before an <em>earlier</em> write that is answered already: its
     * commit came after every ping in between, on the same link.
     */
    NONE,
    /** Every answered request counts, as if the follower's answer said something about the leader. */
    ANSWER_OF_FOLLOWER,
    /** A write that commits counts from its own sending. */
    WRITE_COUNTS_ITSELF,
    /** A write that commits proves every request that was answered before it was sent. */
    NO_PING_BETWEEN,
    /**
     * A write proves what was answered long enough before it was sent, although the ping in between may have stalled
     * and be answered only after the write: a finding of this model, docs/model.md.
     */
    ONE_WRITE,
    /** A proof counts from its arrival. */
    DEADLINE_FROM_REPLY
}
