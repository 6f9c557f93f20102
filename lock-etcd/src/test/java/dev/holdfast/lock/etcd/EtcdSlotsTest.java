package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.etcd.EtcdSlots.Slot;
import dev.holdfast.lock.spi.LockName;
import org.junit.jupiter.api.Test;

final class EtcdSlotsTest {
    private static final LockName A = new LockName("a");

    private final EtcdSlots slots = new EtcdSlots(new EtcdLayout("billing"));

    @Test
    void aFreedKeyIsUsedAgain() {
        Slot first = slots.take(A);
        Slot second = slots.take(A);
        assertNotEquals(first.key(), second.key());
        slots.free(first);
        assertEquals(first, slots.take(A));
        slots.free(second);
        assertEquals(second, slots.take(A));
    }

    @Test
    void aRetiredKeyIsNeverUsedAgainEvenIfItIsFreedLater() {
        Slot doubtful = slots.take(A);
        assertFalse(slots.isRetired(doubtful.key()));
        slots.retire(doubtful);
        slots.free(doubtful);
        assertTrue(slots.isRetired(doubtful.key()));
        assertNotEquals(doubtful.key(), slots.take(A).key());
    }

    @Test
    void namesAndClientsHaveKeysOfTheirOwn() {
        assertNotEquals(slots.take(A).key(), slots.take(new LockName("b")).key());
        assertNotEquals(
                slots.take(A).key(),
                new EtcdSlots(new EtcdLayout("billing")).take(A).key());
    }
}
