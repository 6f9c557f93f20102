package dev.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Rule D1: a suspension of the machine counts, a step of the wall clock back does not. */
class SuspendGuardTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long monotonic = 5 * SECOND;
    private long wall = 1_000 * SECOND;
    private final SuspendGuard guard = new SuspendGuard(() -> monotonic, () -> wall);

    private void run(long nanos) {
        monotonic += nanos;
        wall += nanos;
    }

    @Test
    void bothClocksTogetherAreOneClock() {
        long start = guard.nanos();
        run(7 * SECOND);
        assertEquals(7 * SECOND, guard.nanos() - start);
    }

    @Test
    void aSuspensionCountsThoughTheMonotonicClockStoodStill() {
        long start = guard.nanos();
        wall += 3_600 * SECOND;
        assertEquals(3_600 * SECOND, guard.nanos() - start);
        run(SECOND);
        assertEquals(3_601 * SECOND, guard.nanos() - start);
    }

    @Test
    void aWallClockSetBackTakesNothingAway() {
        long start = guard.nanos();
        wall -= 3_600 * SECOND;
        assertEquals(0, guard.nanos() - start);
        run(SECOND);
        assertEquals(SECOND, guard.nanos() - start);
        wall += 10 * SECOND;
        assertEquals(11 * SECOND, guard.nanos() - start);
    }

    @Test
    void slewingIsNotASuspension() {
        long start = guard.nanos();
        for (int i = 0; i < 100; i++) {
            run(SECOND);
            wall += TimeUnit.MILLISECONDS.toNanos(5);
            guard.nanos();
        }
        assertEquals(100 * SECOND, guard.nanos() - start);
    }
}
