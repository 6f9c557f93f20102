package dev.holdfast.lock.tck;

import java.time.Duration;
import java.util.Map;

/** A wall clock for client processes, which the kit moves; their monotonic clock runs on as it is. */
public interface ClientClock extends AutoCloseable {
    /** Variables of the environment: a process that is started with them lives under this clock. */
    Map<String, String> environment();

    /** From now on the wall clock of these processes shows the real time plus this; it begins with zero. */
    void move(Duration offset);

    /** Ends it; its processes have ended before. */
    @Override
    void close();
}
