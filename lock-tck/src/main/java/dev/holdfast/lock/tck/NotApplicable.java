package dev.holdfast.lock.tck;

import org.opentest4j.TestAbortedException;

/** This store or this harness lacks what the test needs; the message says what. */
public final class NotApplicable extends TestAbortedException {
    private static final long serialVersionUID = 1L;

    private static final String SHOWN_ON_MEMORY =
            "decided by the engine, which is the same on every store; shown on memory";

    /** The part of the engine, whose tests need a driver that misbehaves on demand. */
    static NotApplicable shownOnMemory() {
        return new NotApplicable(SHOWN_ON_MEMORY);
    }

    /** Whether this detail only says that another store shows it. */
    static boolean isShownOnMemory(String detail) {
        return detail.equals(SHOWN_ON_MEMORY);
    }

    /** Because of this. */
    public NotApplicable(String reason) {
        super(reason);
    }
}
