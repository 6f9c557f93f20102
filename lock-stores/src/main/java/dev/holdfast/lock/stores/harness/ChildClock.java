package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.tck.ClientClock;
import java.time.Duration;
import java.util.Map;

/** The clock of child processes. */
final class ChildClock implements ClientClock {
    private final MovableClock clock = new MovableClock();

    @Override
    public Map<String, String> environment() {
        return clock.environment();
    }

    @Override
    public void move(Duration offset) {
        clock.move(offset);
    }

    @Override
    public void close() {
        clock.close();
    }
}
