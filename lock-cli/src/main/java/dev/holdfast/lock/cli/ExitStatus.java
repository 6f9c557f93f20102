package dev.holdfast.lock.cli;

/** What the process tells its caller. Those of {@code run} follow sysexits.h, {@code timeout} and {@code env}. */
final class ExitStatus {
    static final int OK = 0;

    /** compare: a rule failed, or could not be shown on a store that runs. */
    static final int RULE_FAILED = 1;

    /** compare: the arguments make no sense. */
    static final int USAGE = 2;

    /** compare: a store is missing. */
    static final int STORE_MISSING = 3;

    /** run: arguments, URL or the store's set-up make no sense (EX_USAGE). */
    static final int RUN_USAGE = 64;

    /** run: the store did not answer (EX_UNAVAILABLE). */
    static final int UNAVAILABLE = 69;

    /** A defect of Holdfast itself (EX_SOFTWARE). */
    static final int SOFTWARE = 70;

    /** run: others held the lock for the whole wait (EX_TEMPFAIL). */
    static final int NOT_ACQUIRED = 75;

    /** run: the lock was lost while the command ran, which was stopped. */
    static final int LOST = 76;

    /** run: the command is there and cannot be executed. */
    static final int NOT_EXECUTABLE = 126;

    /** run: there is no such command. */
    static final int NOT_FOUND = 127;

    private ExitStatus() {}
}
