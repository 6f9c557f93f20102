package dev.holdfast.lock.tck.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** The seed decides everything, each round has every fault, and what is excluded together stays apart. */
class FaultScheduleTest {
    private static List<FaultSchedule.Entry> entries(FaultSchedule schedule, int count) {
        List<FaultSchedule.Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(schedule.next());
        }
        return entries;
    }

    private static FaultSchedule all(long seed) {
        return new FaultSchedule(seed, EnumSet.allOf(FaultKind.class));
    }

    @Test
    void seedDecidesEverything() {
        assertEquals(entries(all(7), 100), entries(all(7), 100));
        assertNotEquals(entries(all(7), 100), entries(all(8), 100));
    }

    @Test
    void everyRoundHasEveryFaultOnce() {
        List<FaultSchedule.Entry> entries = entries(all(3), 3 * FaultKind.values().length);
        for (int round = 0; round < 3; round++) {
            int from = round * FaultKind.values().length;
            Set<FaultKind> met = EnumSet.noneOf(FaultKind.class);
            entries.subList(from, from + FaultKind.values().length).forEach(entry -> met.add(entry.kind()));
            assertEquals(EnumSet.allOf(FaultKind.class), met);
        }
        entries.forEach(entry -> assertTrue(entry.gapPercent() >= 75, "a gap of " + entry.gapPercent() + " %"));
    }

    /** No kind moves a clock yet, so another pair stands in for the excluded double fault. */
    @Test
    void excludedFaultsAreNeverNearEachOther() {
        BiPredicate<FaultKind, FaultKind> excluded = (a, b) ->
                a != b && EnumSet.of(FaultKind.STORE_WIPED, FaultKind.LINK_CUT).containsAll(EnumSet.of(a, b));
        for (long seed = 0; seed < 50; seed++) {
            FaultSchedule schedule = new FaultSchedule(seed, EnumSet.allOf(FaultKind.class), excluded);
            List<FaultSchedule.Entry> entries = entries(schedule, 100);
            for (int i = 0; i < 100; i++) {
                for (int j = i + 1; j < Math.min(100, i + 3); j++) {
                    assertTrue(
                            !excluded.test(entries.get(i).kind(), entries.get(j).kind()),
                            "seed " + seed + ", places " + i + " and " + j);
                }
            }
        }
    }

    @Test
    void whatCannotBeKeptApartIsRefused() {
        FaultSchedule schedule =
                new FaultSchedule(1, EnumSet.of(FaultKind.STORE_WIPED, FaultKind.LINK_CUT), (a, b) -> a != b);
        assertThrows(IllegalArgumentException.class, schedule::next);
    }
}
