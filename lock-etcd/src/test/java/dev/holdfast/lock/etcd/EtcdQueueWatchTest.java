package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.tck.RecordingContext;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.watch.WatchResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No event is missed between the answer to an enter and the watch, whichever comes first. */
class EtcdQueueWatchTest {
    private final RecordingContext context = new RecordingContext(new DriverOptions(
            "test", Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(1), 0, Map.of()));
    private final EtcdQueueWatch watch = new EtcdQueueWatch(context);
    private final AcquisitionId waiter = AcquisitionId.random();

    @AfterEach
    void close() {
        context.close();
    }

    private int looks(AcquisitionId id) {
        return context.looks.getOrDefault(id, 0);
    }

    private static ByteSequence entry(String name) {
        return ByteSequence.from(name, UTF_8);
    }

    private void stands(long revision) {
        watch.onNext(new WatchResponse(io.etcd.jetcd.api.WatchResponse.newBuilder()
                .setCreated(true)
                .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                .build()));
    }

    private void deleted(String name, long revision) {
        watch.onNext(new WatchResponse(io.etcd.jetcd.api.WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                .addEvents(Event.newBuilder()
                        .setType(Event.EventType.DELETE)
                        .setKv(KeyValue.newBuilder()
                                .setKey(ByteString.copyFromUtf8(name))
                                .setModRevision(revision)))
                .build()));
    }

    @Test
    void theWaiterBehindAnEntryThatWentLooksOnce() {
        stands(10);
        assertTrue(watch.arm(waiter, entry("a"), 11));
        deleted("other", 12);
        assertEquals(0, looks(waiter));
        deleted("a", 13);
        assertEquals(1, looks(waiter));
    }

    @Test
    void anEntryThatWentBeforeTheWaiterWasArmedIsNotMissed() {
        stands(10);
        deleted("a", 13);
        watch.arm(waiter, entry("a"), 12);
        assertEquals(1, looks(waiter));
    }

    @Test
    void anEntryThatCameBackIsWaitedForAgain() {
        stands(10);
        deleted("a", 13);
        watch.arm(waiter, entry("a"), 14);
        assertEquals(0, looks(waiter));
        deleted("a", 15);
        assertEquals(1, looks(waiter));
    }

    @Test
    void whatHappenedBeforeTheWatchStoodIsLookedUp() {
        watch.arm(waiter, entry("a"), 9);
        assertEquals(0, looks(waiter));
        stands(10);
        assertEquals(1, looks(waiter));
        AcquisitionId late = AcquisitionId.random();
        watch.arm(late, entry("b"), 9);
        assertEquals(1, looks(late), "its answer is older than the watch");
        AcquisitionId current = AcquisitionId.random();
        watch.arm(current, entry("c"), 10);
        assertEquals(0, looks(current));
    }

    @Test
    void aReconnectMakesEveryWaiterLook() {
        stands(10);
        watch.arm(waiter, entry("a"), 11);
        stands(20);
        assertEquals(1, looks(waiter));
    }

    @Test
    void anEntryHasOneFollower() {
        stands(10);
        AcquisitionId former = AcquisitionId.random();
        watch.arm(former, entry("a"), 11);
        watch.arm(waiter, entry("a"), 12);
        assertEquals(1, looks(former), "its place is out of date");
        watch.disarm(former);
        deleted("a", 13);
        assertEquals(1, looks(waiter));
        assertEquals(1, watch.waiters());
    }

    @Test
    void itEndsWhenNobodyHasUsedItForAWhile() {
        watch.arm(waiter, entry("a"), 11);
        assertFalse(watch.endIfIdle());
        watch.disarm(waiter);
        assertTrue(watch.endIfIdle());
        assertFalse(watch.arm(waiter, entry("a"), 12));
    }

    @Test
    void aWatchThatEtcdEndedIsNotUsedAgain() {
        watch.onCompleted();
        assertFalse(watch.arm(waiter, entry("a"), 12));
    }
}
