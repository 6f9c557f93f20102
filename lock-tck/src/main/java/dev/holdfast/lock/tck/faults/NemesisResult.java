package dev.holdfast.lock.tck.faults;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a store under a {@link dev.holdfast.lock.tck.Nemesis}.
 *
 * @param title what befell it
 * @param seed of every choice
 * @param seconds how long it took
 * @param strikes how often it was made
 * @param grants leases granted
 * @param unknown acquires of unknown outcome
 * @param doubleHolders pairs of leases held at once
 * @param regressions tokens that are not above an earlier one
 * @param lostUpdates accepted updates of a fenced counter that it lost
 * @param problems what is broken, each in words with its events, and where the history is; empty if nothing is
 * @param impossible why it cannot be made here; null if it was made
 */
public record NemesisResult(
        String title,
        long seed,
        double seconds,
        int strikes,
        int grants,
        int unknown,
        int doubleHolders,
        int regressions,
        long lostUpdates,
        List<String> problems,
        @Nullable String impossible) {
    /** With its own copy. */
    public NemesisResult {
        problems = List.copyOf(problems);
    }

    static NemesisResult impossible(String title, long seed, String why) {
        return new NemesisResult(title, seed, 0, 0, 0, 0, 0, 0, 0, List.of(), why);
    }

    /** Whether nothing is broken. */
    public boolean clean() {
        return problems.isEmpty();
    }
}
