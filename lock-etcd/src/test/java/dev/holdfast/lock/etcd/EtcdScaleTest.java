package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EtcdScaleTest {
    private static final long NOW = 1_800_000_000_000_000L;
    private static final int EPOCH = 1;

    private final AtomicLong clock = new AtomicLong(NOW);
    private final EtcdScale scale = new EtcdScale(clock::get, "holdfast/t/", 0);

    @Test
    void aNewNamespaceStartsAtTheClockWithoutTheRevision() {
        scale.observe(0, 1_000_000_000);
        assertEquals(NOW - 1_000_000_000, scale.next(EtcdRecord.ABSENT, EPOCH));
    }

    @Test
    void aNewSessionRaisesWhatHasFallenBehindTheClock() {
        scale.observe(0, 50);
        EtcdRecord old = new EtcdRecord(NOW - 5_000_000, 7);
        scale.sessionOpened();
        assertEquals(NOW - 50, scale.next(old, EPOCH));
    }

    @Test
    void inUseItIsRaisedOncePerMinuteOnly() {
        EtcdRecord record = new EtcdRecord(NOW, 7);
        scale.entered(record, EPOCH);
        clock.set(NOW + 59_000_000);
        assertEquals(NOW, scale.next(record, EPOCH));
        clock.set(NOW + 61_000_000);
        assertEquals(NOW + 61_000_000, scale.next(record, EPOCH));
    }

    @Test
    void aReconnectRaises() {
        EtcdRecord record = new EtcdRecord(NOW, 7);
        scale.entered(record, EPOCH);
        clock.set(NOW + 2_000_000);
        assertEquals(NOW, scale.next(record, EPOCH));
        assertEquals(NOW + 2_000_000, scale.next(record, EPOCH + 1));
    }

    @Test
    void neverFallsWithTheClock() {
        EtcdRecord record = new EtcdRecord(NOW, 7);
        clock.set(NOW - 3_600_000_000L);
        assertEquals(NOW, scale.next(record, EPOCH));
    }

    @Test
    void theFloorCountsWithTheRevision() {
        EtcdScale floored = new EtcdScale(clock::get, "holdfast/t/", NOW + 1_000);
        floored.observe(0, 10);
        long next = floored.next(new EtcdRecord(NOW - 10, 7), EPOCH);
        assertTrue(next + 11 > NOW + 1_000, "the token of the next revision is above the floor");
    }

    @Test
    void aFallenRevisionIsNoticedAndTokensStayAboveAllSeen() {
        scale.observe(0, 200);
        scale.learn(new EtcdRecord(NOW, 7));
        assertFalse(scale.observe(200, 120));
        scale.reset(120);
        clock.set(NOW - 3_600_000_000L);
        EtcdRecord restored = new EtcdRecord(NOW, 7);
        assertTrue(scale.next(restored, EPOCH) + 121 > NOW + 200);
    }

    @Test
    void aDeletedRecordDoesNotLowerTheTokens() {
        scale.observe(0, 200);
        scale.learn(new EtcdRecord(NOW, 7));
        scale.learn(EtcdRecord.ABSENT);
        clock.set(NOW - 3_600_000_000L);
        assertTrue(scale.next(scale.known(), EPOCH) + 201 > NOW + 200);
    }

    @Test
    void olderNewsIsDropped() {
        scale.learn(new EtcdRecord(NOW, 9));
        scale.learn(new EtcdRecord(NOW - 1, 8));
        assertEquals(new EtcdRecord(NOW, 9), scale.known());
    }
}
