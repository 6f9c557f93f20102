package dev.holdfast.lock.tck;

import java.time.Duration;

/** A store of its own for one test, whose wall clock the kit moves; its monotonic clock runs on as it is. */
public interface ClockedStore extends AutoCloseable {
    /** The harness of this store. */
    LockHarness harness();

    /** From now on the store's wall clock shows the real time plus this; it begins with zero. */
    void move(Duration offset);

    /** Ends the store. */
    @Override
    void close();
}
