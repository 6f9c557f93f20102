package dev.holdfast.lock.bench.run;

/** Two workers held the one lock at the same time. */
public final class OverlapException extends Exception {
    private static final long serialVersionUID = 1L;

    OverlapException(String contender, int overlaps) {
        super(contender + " let two in at once, " + overlaps + " times");
    }
}
