package dev.holdfast.lock.tck;

import java.util.Locale;
import java.util.Optional;

/**
 * What the kit breaks, one fault at a time: in the tests that {@link Injects} it, and, as far as a run can make it, in
 * a fault run. A harness that cannot bring one about says why ({@link LockHarness#impossible}), and the reason stands
 * in the results; what a fault does to mutual exclusion on a store is in its {@link Expected} results.
 */
public enum Fault {
    HOLDER_KILLED("holder killed", "the process of a holder is killed", Means.PROCESSES, Rule.L1),
    HOLDER_STOPPED(
            "holder stopped beyond its lease",
            "the process of a holder stands still for longer than its lease",
            Means.PROCESSES,
            Rule.L1),
    WAITER_KILLED("waiter killed", "the process of a waiter is killed", Means.PROCESSES, Rule.S10),
    WAITER_STOPPED(
            "waiter stopped beyond a lease",
            "the process of a waiter stands still for longer than its lease",
            Means.PROCESSES,
            Rule.S10),
    RENEWAL_STALLED("renewals hang", "the renewals of a client hang", Means.NOTHING, Rule.L3),
    WAKE_UP_LOST("wake-up lost", "the store's messages to a waiter are lost", Means.NOTHING, Rule.W6),
    SLOW_LINK(
            "answers over half a lease late",
            "a round trip takes more than half of the lease time",
            Means.LINK,
            Rule.E8),
    LATE_LINK("answers over a lease late", "a round trip takes longer than the lease time", Means.LINK, Rule.E8),
    BLACK_HOLE("link swallows everything", "nothing gets through, and no connection ends", Means.LINK, Rule.E8),
    CONNECTION_RESET("connections reset", "connections are reset while requests are under way", Means.LINK, Rule.E8),
    LATE_REQUEST("request arrives late", "a request arrives after its client has given it up", Means.LINK, Rule.S10),
    LATE_PUSH(
            "message of a grant arrives late",
            "the store's message of a grant arrives after the grant has lapsed",
            Means.LINK,
            Rule.E8),
    ACQUIRE_REPLY_LOST("reply of an acquire lost", "the reply of an acquire is lost", Means.LINK, Rule.S6),
    RENEW_REPLY_LOST("reply of a renewal lost", "the reply of a renewal is lost", Means.LINK, Rule.L3),
    RELEASE_REPLY_LOST("reply of a release lost", "the reply of a release is lost", Means.LINK, Rule.L3),
    POOL_EXHAUSTED(
            "connections used up", "more requests are under way than the client has connections", Means.LINK, Rule.E8),
    INTERRUPTS("waits interrupted", "a thousand waits are interrupted", Means.NOTHING, Rule.S10),
    TIME_OUTS("waits timed out", "a thousand waits time out", Means.NOTHING, Rule.S10),
    STORE_STOPPED("store stopped", "the processes of the store stand still", Means.CONTROL, Rule.E8),
    STORE_RESTARTED(
            "store killed and restarted", "the store is killed and starts again with its data", Means.CONTROL, Rule.E8),
    STORE_EMPTIED(
            "store restarted without data",
            "the store is killed and starts again without data",
            Means.CONTROL,
            Rule.E8),
    LEADER_KILLED("leader killed", "the server that leads is killed", Means.MEMBERS, Rule.L4),
    UNREPLICATED_FAILOVER(
            "failover without replication",
            "the leader goes on without any other server, is killed, and another one takes over",
            Means.MEMBERS,
            Rule.L4),
    LEADER_STOPPED(
            "leader stopped beyond a lease",
            "the server that leads stands still for longer than a lease",
            Means.MEMBERS,
            Rule.L4),
    LEADER_CUT_OFF(
            "leader cut off from its peers",
            "the server that leads hears no other server, but clients reach it",
            Means.MEMBERS,
            Rule.L4),
    FOLLOWER_CUT_OFF(
            "follower cut off from its peers",
            "a server that does not lead hears no other server, but clients reach it",
            Means.MEMBERS,
            Rule.L4),
    MINORITY_STOPPED(
            "minority stopped beyond a lease",
            "a minority of the servers stands still for longer than a lease",
            Means.MEMBERS,
            Rule.L4),
    MINORITY_EMPTIED(
            "minority restarted without data",
            "a minority of the servers is killed and starts again without data",
            Means.MEMBERS,
            Rule.L4),
    MAJORITY_LOST(
            "majority killed and restarted",
            "a majority of the servers is killed and starts again with its data",
            Means.MEMBERS,
            Rule.E8),
    EVICTION("data of a lock evicted", "the store removes the data of a lock by itself", Means.OWN_WAY, Rule.E8),
    SESSION_ENDED(
            "lease ended by the store",
            "the store ends the lease, or the session that carries it",
            Means.A_TRY,
            Rule.E8),
    CONNECTIONS_ENDED(
            "connections ended by the store", "the store ends the connections of its clients", Means.OWN_WAY, Rule.E8),
    STORE_CLOCK(
            "clock of the store jumps", "the wall clock of the store jumps by two lease times", Means.OWN_WAY, Rule.E8),
    CLIENT_CLOCK(
            "clock of a client jumps", "the wall clock of a client jumps by two lease times", Means.OWN_WAY, Rule.E8);

    /** What a harness needs for it. */
    private enum Means {
        NOTHING,
        PROCESSES,
        LINK,
        CONTROL,
        MEMBERS,
        /** Only {@link LockHarness#expire} itself can tell. */
        A_TRY,
        OWN_WAY
    }

    private final String title;
    private final String what;
    private final Means means;
    private final Rule recovery;

    Fault(String title, String what, Means means, Rule recovery) {
        this.title = title;
        this.what = what;
        this.means = means;
        this.recovery = recovery;
    }

    /** Its name in a table, at most 32 characters, for example {@code holder killed}. */
    public String title() {
        return title;
    }

    /** What happens, for example {@code the process of a holder is killed}. */
    public String what() {
        return what;
    }

    /** The rule that is broken if a lock does not move on after it. */
    public Rule recovery() {
        return recovery;
    }

    /** Why a harness with these powers cannot bring it about; empty if it can, or says itself. */
    Optional<String> impossibleWith(LockHarness harness) {
        return switch (means) {
            case NOTHING, A_TRY -> Optional.empty();
            case PROCESSES -> when(!harness.processes(), "other processes cannot reach this store");
            case LINK -> when(harness.link().isEmpty(), "the harness has no proxy in front of this store");
            case CONTROL ->
                when(harness.control().isEmpty(), "the harness has no power over the processes of this store");
            case MEMBERS -> when(harness.members().isEmpty(), "the store is a single server");
            case OWN_WAY -> Optional.of("this harness has no means for it");
        };
    }

    private static Optional<String> when(boolean so, String reason) {
        return so ? Optional.of(reason) : Optional.empty();
    }

    /** As it stands in reports and in expected results, for example {@code store-clock}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
