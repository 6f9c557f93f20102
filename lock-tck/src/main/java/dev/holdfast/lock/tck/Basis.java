package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import java.util.Optional;

/**
 * What stands beside a {@link Rule}: how strong its proof is, who keeps it, and what the proof needs.
 *
 * @param evidence how strong a green test is
 * @param decidedBy whose code keeps the rule
 * @param needs what a test of the rule needs beside a client
 * @param claim the claim that owes the rule; empty for a MUST, which everybody owes
 * @param reason why no test can decide the rule; empty unless untestable
 */
public record Basis(
        Evidence evidence, DecidedBy decidedBy, Needs needs, Optional<Claim> claim, Optional<String> reason) {
    /** How strong a green test is. */
    public enum Evidence {
        /** The test provokes the situation; a violation fails it. */
        DETERMINISTIC,
        /** The test searches with many contenders; green means that none was found. */
        STOCHASTIC,
        /** No test can decide the rule. */
        UNTESTABLE
    }

    /** Whose code keeps the rule. */
    public enum DecidedBy {
        /** The code that all stores share: shown once, on the memory store. */
        ENGINE,
        /** The driver and its store: shown on every store. */
        DRIVER
    }

    /** What a test of the rule needs beside a client. */
    public enum Needs {
        /** Nothing. */
        ONE_JVM,
        /** Other JVMs. */
        PROCESSES,
        /** The kit stops, restarts or wipes the store. */
        PROCESS_CONTROL,
        /** The store has several servers, and the kit breaks some of them. */
        MEMBERS,
        /** A proxy in front of the store. */
        LOST_REPLIES
    }

    static Basis engine(Evidence evidence) {
        return new Basis(evidence, DecidedBy.ENGINE, Needs.ONE_JVM, Optional.empty(), Optional.empty());
    }

    static Basis driver(Evidence evidence) {
        return new Basis(evidence, DecidedBy.DRIVER, Needs.ONE_JVM, Optional.empty(), Optional.empty());
    }

    Basis needs(Needs what) {
        return new Basis(evidence, decidedBy, what, claim, reason);
    }

    Basis claim(Claim owes) {
        return new Basis(evidence, decidedBy, needs, Optional.of(owes), reason);
    }

    Basis because(String why) {
        return new Basis(evidence, decidedBy, needs, claim, Optional.of(why));
    }
}
