package dev.holdfast.lock.tck;

/**
 * Power over the single servers of a store that has several and that the harness started itself: makes
 * {@link Fault#LEADER_KILLED} and those after it, as far as the harness does not call them impossible. Every call
 * returns when its effect can be seen. The kit mends what it broke before it breaks anything else.
 */
public interface MemberControl {
    /**
     * Makes this fault, and leaves it so: who was killed stays dead, but for {@link Fault#MINORITY_EMPTIED}, which
     * returns when the servers are back without their data. Where another server takes over only by somebody's
     * decision, decides it.
     */
    void make(Fault fault);

    /**
     * The first half of {@link Fault#UNREPLICATED_FAILOVER}: from now on the leader goes on, and no other server learns
     * what it does. {@link #make} of that fault then kills it, or {@link #mend} undoes this.
     *
     * @throws NotApplicable where no server goes on alone
     */
    void cutReplication();

    /** Undoes it: resumes, rejoins, restarts what is not as it was; returns when the store is whole. */
    void mend();
}
