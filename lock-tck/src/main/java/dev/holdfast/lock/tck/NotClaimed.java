package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import org.opentest4j.TestAbortedException;

/** The rule belongs to a claim that this driver does not make. */
public final class NotClaimed extends TestAbortedException {
    private static final long serialVersionUID = 1L;

    /** This claim is not made. */
    public NotClaimed(Claim claim) {
        super(claim + " is not claimed");
    }

    /** This claim is not made, and what its test saw shows that it is not kept either. */
    NotClaimed(Claim claim, AssertionError seen) {
        super(claim + " is not claimed, and not kept: " + seen.getMessage(), seen);
    }
}
