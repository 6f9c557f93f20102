package dev.holdfast.lock.stores;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/** How several servers of one kind form one store. One instance per started cluster. */
interface Formation {
    /** How many members there are. */
    int size();

    /** Whether a member serves only when others are up, so that all have to start at once; else one by one. */
    boolean needsQuorum();

    /**
     * The recipe of this member.
     *
     * @param before the members that run already; none if all start at once
     */
    Recipe recipe(int member, List<RunningStore> before);

    /** Makes one store of members that have just started with nothing. */
    default void join(List<RunningStore> members) throws IOException {}

    /** Starts a member again that has been killed, as a server that may belong to the store as it is now. */
    default void restart(RunningStore member, List<RunningStore> members) throws IOException {
        member.restart();
    }

    /** Called when all members are dead and about to start with nothing. */
    default void forget(List<RunningStore> members) {}

    /**
     * The term in which this member leads; empty if it does not.
     *
     * @throws IOException when it does not answer soon
     */
    OptionalLong term(RunningStore member) throws IOException;

    /**
     * Whether the followers follow this leader, where a leader alone serves less than with them.
     *
     * @throws IOException when it does not answer soon
     */
    default boolean isFollowed(RunningStore leader) throws IOException {
        return true;
    }

    /** The name under which this member speaks to its peers. */
    String peerName(int member, List<RunningStore> members) throws IOException;

    /** Makes a follower the leader, where that is somebody's decision. */
    default void promote(RunningStore member) throws IOException {
        throw new UnsupportedOperationException("the members of " + member.kind() + " elect their leader themselves");
    }

    /** What stands between the members. */
    List<PeerProxy> proxies();

    /** Called when all members are dead. */
    default void close() {}
}
