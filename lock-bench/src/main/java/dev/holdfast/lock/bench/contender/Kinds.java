package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Scenario.Kind;
import java.util.Set;

/** Which scenarios a contender can do. */
final class Kinds {
    /** It only tries, or it is not a lock at all. */
    static final Set<Kind> TRIES = Set.of(Kind.UNCONTENDED);

    /** It waits. */
    static final Set<Kind> WAITS = Set.of(Kind.UNCONTENDED, Kind.CONTENDED);

    /** It waits, and one client can keep many. */
    static final Set<Kind> ALL = Set.of(Kind.values());

    private Kinds() {}
}
