package dev.holdfast.lock.tck;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.spi.Claim;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One store, ready for the kit: what a backend or a third party writes, beside an empty class that implements
 * {@link LockTck}. {@link MemoryHarness} is an example. Only {@link #store}, {@link #url}, {@link #claims} and
 * {@link #shortestLease} must be written; what is left at its default makes the rules that need it
 * {@code not-applicable}. The kit calls it from one test at a time, but from several threads.
 */
public interface LockHarness {
    /** The name of the store in reports, for example {@code postgresql-row}. */
    String store();

    /**
     * A URL of the store with a namespace of its own, {@code ?namespace=holdfast-tck-<random>}, the same in all calls.
     * The kit touches nothing outside of it and of namespaces whose names begin with it.
     */
    String url();

    /** The claims that the driver is expected to make; {@link Rule#X1} compares them with those it makes. */
    Set<Claim> claims();

    /** The shortest lease time that the store takes, and that works on a busy machine. */
    Duration shortestLease();

    /** Opens a client on {@link #url}; the caller closes it. */
    default LockClient open(ClientOptions options) {
        return Locks.open(url(), options);
    }

    /**
     * How long after its lease time the lock of a killed holder may stay taken (L1), as the page of the store states.
     */
    default Duration crashSlack() {
        return Duration.ZERO;
    }

    /**
     * Returns when the store grants in the namespace of this URL. Some grant nobody anything for a while after the
     * first use of a namespace, a restart or a loss of their data; the kit asks before it opens a client, so that its
     * own waits need not allow for that.
     */
    default void awaitGrants(String url) {}

    /** Whether another JVM that has this class path can open {@link #url}. */
    default boolean processes() {
        return true;
    }

    /**
     * Whether a lease stays held when the connection that carried its requests is cut; where not, the loss of a
     * connection is the loss of leases, and must be reported.
     */
    default boolean leasesOutliveConnections() {
        return true;
    }

    /** Power over the store, if the harness started it. */
    default Optional<StoreControl> control() {
        return Optional.empty();
    }

    /** Power over the single servers of a store that has several, if the harness started them. */
    default Optional<MemberControl> members() {
        return Optional.empty();
    }

    /** Power over a connection to the store, if the harness can put a proxy between. */
    default Optional<LinkControl> link() {
        return Optional.empty();
    }

    /**
     * How many requests of lock drivers the store has executed so far, as the store counts them; this call itself and
     * background traffic that does not depend on the kit are not counted.
     */
    default OptionalLong requests() {
        return OptionalLong.empty();
    }

    /**
     * What is held or queued in the namespace according to the store itself, one line for each grant and each waiter,
     * for people to read; grants that have lapsed, last tokens and tombstones do not count.
     */
    default Optional<List<String>> residue() {
        return Optional.empty();
    }

    /**
     * Ends the grant of this lock in the store as if its lease time had run out there, or ends the session that carries
     * it, without telling its client.
     *
     * @return whether the store can do that and it is done
     */
    default boolean expire(String lockName) {
        return false;
    }

    /**
     * Why this harness cannot bring a fault about on this store, in words for the results; empty if it can. Override it
     * to say more than <em>this harness has no means for it</em>, and for the faults that it has means for.
     */
    default Optional<String> impossible(Fault fault) {
        return fault.impossibleWith(this);
    }

    /**
     * What the kit is expected to find on this store, from the data that stand beside its driver; the kit then fails on
     * what is better, too. Empty: the kit demands what is claimed and no more; see {@link Expected#of}.
     */
    default Optional<Expected> expected() {
        return Optional.empty();
    }

    /** Ends every connection of clients to the store, at the store; see {@link Fault#CONNECTIONS_ENDED}. */
    default void endConnections() {
        throw new NotApplicable("this harness cannot end connections");
    }

    /** Makes the store remove all data of locks by itself, as if it were short of room; {@link Fault#EVICTION}. */
    default void evict() {
        throw new NotApplicable("this harness cannot make the store evict");
    }

    /**
     * A store of the same kind, started in the same way, whose wall clock can be moved; {@link Fault#STORE_CLOCK}. A
     * fault run with that fault happens on it. The caller closes it.
     */
    default ClockedStore clockedStore() {
        throw new NotApplicable("this harness cannot move the clock of a store");
    }

    /**
     * What befalls servers of their own again and again at the end of a fault run, where that shows more than each
     * {@link Fault} made once.
     */
    default List<Nemesis> nemeses() {
        return List.of();
    }

    /** A wall clock for other processes, which can be moved; {@link Fault#CLIENT_CLOCK}. The caller closes it. */
    default ClientClock clientClock() {
        throw new NotApplicable("this harness cannot move the clock of a process");
    }

    /** Whether this is the memory store, on which the rules of the engine are shown. */
    default boolean reference() {
        return false;
    }
}
