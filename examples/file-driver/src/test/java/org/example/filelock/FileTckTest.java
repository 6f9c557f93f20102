package org.example.filelock;

import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LockTck;

/** The compatibility kit on files. */
class FileTckTest implements LockTck {
    private static final LockHarness HARNESS = FileHarness.underTarget();

    @Override
    public LockHarness harness() {
        return HARNESS;
    }
}
