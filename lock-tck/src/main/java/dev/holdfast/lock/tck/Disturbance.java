package dev.holdfast.lock.tck;

import java.util.Set;

/**
 * What somebody did to processes or their store while a history was written. The four times are
 * {@link System#nanoTime()}.
 *
 * @param name what it is, for people
 * @param processes whom it concerns; empty for everybody
 * @param begins before it was made
 * @param acts when it was certainly in force
 * @param ends before it was undone
 * @param over when it was certainly undone
 * @param effects what it may do
 * @param recovery the rule that is broken if the lock does not move on afterwards
 */
public record Disturbance(
        String name,
        Set<String> processes,
        long begins,
        long acts,
        long ends,
        long over,
        Set<Effect> effects,
        Rule recovery) {
    /** What a disturbance may do. */
    public enum Effect {
        /** No request sent while it is in force is answered before it ends. */
        ISOLATES,
        /** The processes stand still while it is in force. */
        STOPS,
        /** The processes are gone. */
        KILLS,
        /** Two leases may be held at once, as the page of the store says. */
        BREAKS_EXCLUSION
    }

    /** With its own copies. */
    public Disturbance {
        processes = Set.copyOf(processes);
        effects = Set.copyOf(effects);
    }

    /** Whether it may do that. */
    public boolean may(Effect effect) {
        return effects.contains(effect);
    }

    /** Whether it concerns this process. */
    public boolean concerns(String process) {
        return processes.isEmpty() || processes.contains(process);
    }

    /** Whether some of it lies within these times. */
    boolean touches(long from, long to) {
        return begins - to <= 0 && from - over <= 0;
    }
}
