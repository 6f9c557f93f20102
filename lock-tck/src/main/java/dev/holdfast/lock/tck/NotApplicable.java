package dev.holdfast.lock.tck;

import org.opentest4j.TestAbortedException;

/** This store or this harness lacks what the test needs; the message says what. */
public final class NotApplicable extends TestAbortedException {
    private static final long serialVersionUID = 1L;

    /** Because of this. */
    public NotApplicable(String reason) {
        super(reason);
    }
}
