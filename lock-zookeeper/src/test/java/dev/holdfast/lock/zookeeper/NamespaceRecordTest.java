package dev.holdfast.lock.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NamespaceRecordTest {
    private final NamespaceRecord record = new NamespaceRecord(1, "queue", 10_000_000, "t");

    @Test
    void isWrittenAndReadAgain() {
        String stored = new String(record.bytes(), StandardCharsets.UTF_8);
        assertEquals("protocol=1\nmode=queue\nscale=10000000\ntick=t\n", stored);
        assertEquals(record, NamespaceRecord.parse(stored));
        assertEquals(record, NamespaceRecord.parse(stored + "later=field\n"));
        assertTrue(record.isOurs());
        assertFalse(NamespaceRecord.parse(stored.replace("queue", "other")).isOurs());
        assertFalse(NamespaceRecord.parse(stored.replace("protocol=1", "protocol=2"))
                .isOurs());
        assertThrows(IllegalArgumentException.class, () -> NamespaceRecord.parse(""));
        assertThrows(IllegalArgumentException.class, () -> NamespaceRecord.parse(stored.replace("scale=", "scale=-")));
    }

    @Test
    void theScaleOnlyRises() {
        assertSame(record, record.raised(500, 0, 0), "a clock behind");
        assertSame(record, record.raised(500, 10_001_499, 0), "less than a millisecond gained");
        assertEquals(10_001_000, record.raised(500, 10_001_500, 0).scale());
        assertEquals(20_000_000 - 500, record.raised(500, 20_000_000, 0).scale());
    }

    @Test
    void theFloorIsKeptToTheLastToken() {
        assertSame(record, record.raised(500, 0, 10_000_500));
        NamespaceRecord raised = record.raised(500, 0, 10_000_501);
        assertTrue(raised.scale() + 501 > 10_000_501, "the next token is above");
    }

    @Test
    void aNewOrderIsAboveEveryTokenOfTheOld() {
        NamespaceRecord next = record.restarted("u");
        assertTrue(next.scale() > record.scale() + Integer.MAX_VALUE);
        assertEquals("u", next.tick());
    }
}
