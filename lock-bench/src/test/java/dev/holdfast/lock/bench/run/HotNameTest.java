package dev.holdfast.lock.bench.run;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HotNameTest {
    private final HotName hot = new HotName(3);

    @Test
    void twoInsideAreAnOverlap() {
        hot.enters(0, 1);
        hot.enters(1, 2);
        hot.leaves(0);
        hot.leaves(1);
        hot.enters(2, 3);

        assertEquals(1, hot.overlaps());
    }

    @Test
    void handOverCountsForAnotherWorkerWhoWaited() {
        long called = System.nanoTime();
        hot.calls(0, called);
        hot.calls(1, called);
        HotName.Entry first = hot.enters(0, called + 1);
        hot.leaves(0);
        HotName.Entry waited = hot.enters(1, System.nanoTime());
        hot.leaves(1);
        hot.calls(2, System.nanoTime());
        HotName.Entry late = hot.enters(2, System.nanoTime());
        hot.leaves(2);
        hot.calls(2, called);
        HotName.Entry again = hot.enters(2, System.nanoTime());

        assertAll(
                () -> assertEquals(-1, first.handOverNanos(), "nobody held it before"),
                () -> assertTrue(waited.handOverNanos() >= 0),
                () -> assertEquals(-1, late.handOverNanos(), "it came after the release"),
                () -> assertEquals(-1, again.handOverNanos(), "from itself"));
    }

    @Test
    void orderIsCertainOnlyWithSomeDistance() {
        long certain = HotName.CERTAIN.toNanos();
        hot.calls(0, 0);
        hot.calls(1, certain / 2);
        HotName.Entry overtakesBarely = hot.enters(1, certain);
        hot.leaves(1);
        hot.calls(2, 2 * certain);
        HotName.Entry overtakes = hot.enters(2, 3 * certain);
        hot.leaves(2);
        HotName.Entry head = hot.enters(0, 4 * certain);

        assertAll(
                () -> assertTrue(overtakesBarely.inOrder()),
                () -> assertFalse(overtakesBarely.inCallOrder()),
                () -> assertFalse(overtakes.inOrder()),
                () -> assertTrue(head.inOrder()),
                () -> assertTrue(head.inCallOrder()));
    }
}
