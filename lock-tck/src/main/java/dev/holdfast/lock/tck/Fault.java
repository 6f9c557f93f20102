package dev.holdfast.lock.tck;

import java.util.Locale;
import java.util.Optional;

/**
 * What the kit breaks, one fault at a time. Every fault has a test that {@link Injects} it; a harness that cannot bring
 * one about says why ({@link LockHarness#impossible}), and the reason stands in the results.
 */
public enum Fault {
    HOLDER_KILLED("the process of a holder is killed", Means.PROCESSES),
    HOLDER_STOPPED("the process of a holder stands still for longer than its lease", Means.PROCESSES),
    WAITER_KILLED("the process of a waiter is killed", Means.PROCESSES),
    WAITER_STOPPED("the process of a waiter stands still for longer than its lease", Means.PROCESSES),
    RENEWAL_STALLED("the renewals of a client hang", Means.NOTHING),
    WAKE_UP_LOST("the store's messages to a waiter are lost", Means.NOTHING),
    SLOW_LINK("a round trip takes more than half of the lease time", Means.LINK),
    LATE_LINK("a round trip takes longer than the lease time", Means.LINK),
    BLACK_HOLE("nothing gets through, and no connection ends", Means.LINK),
    CONNECTION_RESET("connections are reset while requests are under way", Means.LINK),
    LATE_REQUEST("a request arrives after its client has given it up", Means.LINK),
    LATE_PUSH("the store's message of a grant arrives after the grant has lapsed", Means.LINK),
    ACQUIRE_REPLY_LOST("the reply of an acquire is lost", Means.LINK),
    RENEW_REPLY_LOST("the reply of a renewal is lost", Means.LINK),
    RELEASE_REPLY_LOST("the reply of a release is lost", Means.LINK),
    POOL_EXHAUSTED("more requests are under way than the client has connections", Means.LINK),
    INTERRUPTS("a thousand waits are interrupted", Means.NOTHING),
    TIME_OUTS("a thousand waits time out", Means.NOTHING),
    STORE_STOPPED("the processes of the store stand still", Means.CONTROL),
    STORE_RESTARTED("the store is killed and starts again with its data", Means.CONTROL),
    STORE_EMPTIED("the store is killed and starts again without data", Means.CONTROL),
    EVICTION("the store removes the data of a lock by itself", Means.OWN_WAY),
    SESSION_ENDED("the store ends the lease, or the session that carries it", Means.OWN_WAY),
    CONNECTIONS_ENDED("the store ends the connections of its clients", Means.OWN_WAY),
    STORE_CLOCK("the wall clock of the store jumps by two lease times", Means.OWN_WAY),
    CLIENT_CLOCK("the wall clock of a client jumps by two lease times", Means.OWN_WAY);

    /** What a harness needs for it. */
    private enum Means {
        NOTHING,
        PROCESSES,
        LINK,
        CONTROL,
        OWN_WAY
    }

    private final String what;
    private final Means means;

    Fault(String what, Means means) {
        this.what = what;
        this.means = means;
    }

    /** What happens, for example {@code the process of a holder is killed}. */
    public String what() {
        return what;
    }

    /** Why a harness with these powers cannot bring it about; empty if it can, or says itself. */
    Optional<String> impossibleWith(LockHarness harness) {
        return switch (means) {
            case NOTHING -> Optional.empty();
            case PROCESSES -> when(!harness.processes(), "other processes cannot reach this store");
            case LINK -> when(harness.link().isEmpty(), "the harness has no proxy in front of this store");
            case CONTROL ->
                when(harness.control().isEmpty(), "the harness has no power over the processes of this store");
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
