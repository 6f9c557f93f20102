package dev.holdfast.lock.tck.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.Fault;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The seed decides everything, and each round has every fault. */
class FaultScheduleTest {
    private static List<FaultSchedule.Entry> entries(FaultSchedule schedule, int count) {
        List<FaultSchedule.Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(schedule.next());
        }
        return entries;
    }

    private static FaultSchedule all(long seed) {
        return new FaultSchedule(seed, Faults.all());
    }

    @Test
    void seedDecidesEverything() {
        assertEquals(entries(all(7), 100), entries(all(7), 100));
        assertNotEquals(entries(all(7), 100), entries(all(8), 100));
    }

    @Test
    void everyRoundHasEveryFaultOnce() {
        int length = all(3).roundLength();
        assertEquals(Faults.all().size(), length);
        List<FaultSchedule.Entry> entries = entries(all(3), 3 * length);
        for (int round = 0; round < 3; round++) {
            Set<Fault> met = EnumSet.noneOf(Fault.class);
            entries.subList(round * length, (round + 1) * length).forEach(entry -> met.add(entry.fault()));
            assertEquals(Faults.all(), met);
        }
        entries.forEach(entry -> assertTrue(entry.gapPercent() >= 75, "a gap of " + entry.gapPercent() + " %"));
    }
}
