package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.Rule;
import java.util.Optional;
import java.util.Set;

/**
 * A fault of a fault run. To add one: a constant with its traits, and a case in {@link Faults} that makes it.
 *
 * <p>A harness supports a fault if it has the power that the fault needs; what else can only be found out by trying is
 * said by the fault itself, which then counts as impossible on that store.
 */
public enum FaultKind {
    /** A process that holds a lock is killed. */
    HOLDER_KILLED("holder SIGKILL", Rule.L1, Trait.PROCESSES),
    /** A process that waits for a lock is killed. */
    WAITER_KILLED("waiter SIGKILL", Rule.S10, Trait.PROCESSES),
    /** A process that holds a lock is stopped for longer than a lease, and goes on to write. */
    HOLDER_STOPPED("holder SIGSTOP beyond the lease", Rule.L1, Trait.PROCESSES),
    /** A process that waits for a lock is stopped for longer than a lease. */
    WAITER_STOPPED("waiter SIGSTOP beyond the lease", Rule.S10, Trait.PROCESSES),
    /** The store is stopped for two leases. */
    STORE_STOPPED("store SIGSTOP for two leases", Rule.E8, Trait.STORE),
    /** The store is killed and comes back with what it had on its disk. */
    STORE_RESTARTED("store SIGKILL and restart", Rule.E8, Trait.STORE, Trait.RESTARTS),
    /** The store is killed and comes back with nothing; so do its clients, as after a restore. */
    STORE_WIPED("store loses all data", Rule.E8, Trait.STORE, Trait.LOSES_DATA),
    /** Some processes see answers half a lease late. */
    LINK_SLOW("answers half a lease late", Rule.E8, Trait.LINK),
    /** Some processes see answers a whole lease late. */
    LINK_SLOWER("answers a whole lease late", Rule.E8, Trait.LINK),
    /** Some processes hear nothing for two leases, on connections that stay open. */
    LINK_SILENT("link black hole", Rule.E8, Trait.LINK),
    /** The connections of some processes are reset, and new ones refused for longer than a lease. */
    LINK_CUT("link reset and refused", Rule.E8, Trait.LINK, Trait.ENDS_CONNECTIONS),
    /** The reply of an acquire is lost. */
    ACQUIRE_REPLY_LOST("reply of an acquire lost", Rule.S6, Trait.LINK, Trait.ENDS_CONNECTIONS),
    /** The reply of a renewal is lost. */
    RENEW_REPLY_LOST("reply of a renewal lost", Rule.L3, Trait.LINK, Trait.ENDS_CONNECTIONS),
    /** The reply of a release is lost. */
    RELEASE_REPLY_LOST("reply of a release lost", Rule.L3, Trait.LINK, Trait.ENDS_CONNECTIONS),
    /** The store ends a grant or its session early, without a word to its client. */
    GRANT_ENDED("store ends a grant early", Rule.E8, Trait.ENDS_GRANTS);

    /** What a fault needs, and what it may do. */
    public enum Trait {
        /** Needs other JVMs. */
        PROCESSES,
        /** Needs power over the store. */
        STORE,
        /** Needs a proxy before the store. */
        LINK,
        /** The store is restarted with its data. */
        RESTARTS,
        /** The store loses what it knew. */
        LOSES_DATA,
        /** The clock of the store jumps, and jumps back. */
        MOVES_CLOCK,
        /** Connections end. */
        ENDS_CONNECTIONS,
        /** The store frees a lock although the lease of its holder runs. */
        ENDS_GRANTS
    }

    private final String title;
    private final Rule recovery;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed
    private final Set<Trait> traits;

    FaultKind(String title, Rule recovery, Trait... traits) {
        this.title = title;
        this.recovery = recovery;
        this.traits = Set.of(traits);
    }

    /** What it is, in a few words. */
    public String title() {
        return title;
    }

    /** The rule that is broken if a lock does not move on after it. */
    public Rule recovery() {
        return recovery;
    }

    /** Whether it has this trait. */
    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** Why it cannot be made with this harness; empty if it can, or if only a try can tell. */
    public Optional<String> impossible(LockHarness harness) {
        if (is(Trait.PROCESSES) && !harness.processes()) {
            return Optional.of("other processes cannot reach this store");
        }
        if (is(Trait.STORE) && harness.control().isEmpty()) {
            return Optional.of("the harness has no power over the processes of this store");
        }
        if (is(Trait.LINK) && harness.link().isEmpty()) {
            return Optional.of("the harness has no proxy in front of this store");
        }
        return Optional.empty();
    }

    /** Why two leases may be held at once after it on this store, as its page documents; empty if they must not. */
    public Optional<String> exclusionMayBreak(LockHarness harness) {
        if (is(Trait.LOSES_DATA)) {
            return Optional.of("S1 holds while the store keeps its data");
        }
        if (is(Trait.RESTARTS) && !harness.claims().contains(Claim.SURVIVES_RESTART)) {
            return Optional.of("the driver does not claim that grants survive a restart");
        }
        if (is(Trait.ENDS_CONNECTIONS) && !harness.leasesOutliveConnections()) {
            return Optional.of("on this store a lease ends with its connection, before its holder knows");
        }
        if (is(Trait.ENDS_GRANTS)) {
            return Optional.of("a grant that is ended in the store ends before its holder knows");
        }
        return is(Trait.MOVES_CLOCK)
                ? Optional.of("a clock of the store that steps forward ends leases early")
                : Optional.empty();
    }

    /** Whether one of them loses data and the other one moves the clock: the double fault that is excluded. */
    static boolean excluded(FaultKind a, FaultKind b) {
        return (losesData(a) && b.is(Trait.MOVES_CLOCK)) || (losesData(b) && a.is(Trait.MOVES_CLOCK));
    }

    /** A restart loses what is not on the disk, and some stores have nothing there. */
    private static boolean losesData(FaultKind kind) {
        return kind.is(Trait.LOSES_DATA) || kind.is(Trait.RESTARTS);
    }
}
