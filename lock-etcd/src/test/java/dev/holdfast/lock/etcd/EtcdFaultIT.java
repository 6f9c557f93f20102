package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.etcd.EtcdBench.Opened;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.RecordingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Lost answers, late requests, and a server that pauses, dies or forgets. */
class EtcdFaultIT {
    private RunningStore store;
    private EtcdBench bench;
    private Opened one;

    @BeforeEach
    void open() {
        store = EtcdBench.startStore();
        bench = new EtcdBench(store);
        one = bench.open();
    }

    @AfterEach
    void close() {
        bench.close();
        store.close();
    }

    @Test
    void aLostAnswerToEnterGivesOneGrantWithOneToken() throws InterruptedException {
        AcquisitionId id = AcquisitionId.random();
        one.network().loseNextAnswer();
        unknown(() -> one.enter(id, "a", true));
        List<String> stored = bench.entries();
        assertEquals(1, stored.size(), "executed");
        Grant grant = granted(one.enter(id, "a", true));
        assertEquals(stored, bench.entries());
        assertEquals(grant.token(), granted(one.look(id, "a")).token());
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(grant)));
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void aLateEnterIsNotExecutedAfterLeave() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        FaultyCalls.Late late = one.network().holdNext();
        unknown(() -> one.enter(id, "a", true));
        assertEquals(LeaveOutcome.GONE, one.driver().leave(EtcdBench.request(id, "a", true, true)));
        late.deliver();
        assertEquals(List.of(), bench.entries());
        one.acquire("a");
    }

    @Test
    void aLateEnterIsNotExecutedAfterItsRetryWasReleased() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        FaultyCalls.Late late = one.network().holdNext();
        unknown(() -> one.enter(id, "a", true));
        Grant grant = granted(one.enter(id, "a", true));
        one.driver().release(List.of(grant));
        late.deliver();
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void manyDoubtsOfOneStallCostOnePutToTheGuard() throws Exception {
        List<AcquisitionId> ids = new ArrayList<>();
        List<FaultyCalls.Late> late = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ids.add(AcquisitionId.random());
            late.add(one.network().holdNext());
            AcquisitionId id = ids.get(i);
            unknown(() -> one.enter(id, "a", true));
        }
        long before = store.requests().orElseThrow();
        for (AcquisitionId id : ids) {
            assertEquals(LeaveOutcome.GONE, one.driver().leave(EtcdBench.request(id, "a", true, true)));
        }
        assertTrue(store.requests().orElseThrow() - before <= 21 + 1, "20 deletes, one put, perhaps a keep-alive");
        late.forEach(FaultyCalls.Late::deliver);
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void aLateEnterOfALostSessionIsNotExecutedAfterLeave() throws Exception {
        AcquisitionId id = AcquisitionId.random();
        FaultyCalls.Late late = one.network().holdNext();
        unknown(() -> one.enter(id, "a", true));
        bench.revoke(one);
        assertEquals(LeaveOutcome.GONE, one.driver().leave(EtcdBench.request(id, "a", true, true)));
        late.deliver();
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void aLostAnswerToReleaseIsUnknownAndThenNotHeld() throws InterruptedException {
        Grant grant = one.acquire("a");
        one.network().loseNextAnswer();
        assertEquals(List.of(ReleaseOutcome.UNKNOWN), one.driver().release(List.of(grant)));
        assertEquals(List.of(ReleaseOutcome.NOT_HELD), one.driver().release(List.of(grant)));
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void aLostAnswerToLeaveIsUnknownAndThenGone() throws InterruptedException {
        Grant holder = one.acquire("a");
        AcquisitionId id = AcquisitionId.random();
        one.enter(id, "a", true);
        one.network().loseNextAnswer();
        assertEquals(LeaveOutcome.UNKNOWN, one.driver().leave(EtcdBench.request(id, "a", true, false)));
        assertEquals(LeaveOutcome.GONE, one.driver().leave(EtcdBench.request(id, "a", true, true)));
        one.driver().release(List.of(holder));
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void aLateLeaveNeverMeetsALaterAcquireOfItsClient() throws Exception {
        Grant holder = one.acquire("a");
        AcquisitionId id = AcquisitionId.random();
        one.enter(id, "a", true);
        FaultyCalls.Late late = one.network().holdNext();
        assertEquals(LeaveOutcome.UNKNOWN, one.driver().leave(EtcdBench.request(id, "a", true, false)));
        assertEquals(LeaveOutcome.GONE, one.driver().leave(EtcdBench.request(id, "a", true, true)));
        one.driver().release(List.of(holder));
        Grant later = one.acquire("a");
        AcquisitionId waiting = AcquisitionId.random();
        one.enter(waiting, "a", true);
        List<String> entries = bench.entries();
        late.deliver();
        assertEquals(entries, bench.entries());
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(later)));
    }

    @Test
    void aLateReleaseNeverMeetsALaterAcquireOfItsClient() throws Exception {
        Grant grant = one.acquire("a");
        FaultyCalls.Late late = one.network().holdNext();
        assertEquals(List.of(ReleaseOutcome.UNKNOWN), one.driver().release(List.of(grant)));
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(grant)));
        Grant later = one.acquire("a");
        List<String> entries = bench.entries();
        late.deliver();
        assertEquals(entries, bench.entries());
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(later)));
    }

    @Test
    void theSweeperDeletesAnEntryThatNobodyKnows() throws InterruptedException {
        Opened quick = bench.open(Duration.ofSeconds(2));
        Grant grant = quick.acquire("a");
        quick.network().holdNext();
        assertEquals(List.of(ReleaseOutcome.UNKNOWN), quick.driver().release(List.of(grant)));
        assertEquals(1, bench.entries().size(), "the release never arrived");
        EtcdBench.eventually("swept", () -> bench.entries().isEmpty());
    }

    @Test
    void anInterruptedThreadStillGivesBack() throws InterruptedException {
        Grant grant = one.acquire("a");
        AcquisitionId waiter = AcquisitionId.random();
        one.enter(waiter, "a", true);
        Thread.currentThread().interrupt();
        assertEquals(LeaveOutcome.GONE, one.driver().leave(EtcdBench.request(waiter, "a", true, false)));
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(grant)));
        assertTrue(Thread.interrupted(), "the interrupt stays pending");
        assertEquals(List.of(), bench.entries());
    }

    @Test
    void withoutConfirmedKeepAlivesEverythingIsLostByTheDeadline() throws InterruptedException {
        Opened quick = bench.open(Duration.ofSeconds(2));
        Grant grant = quick.acquire("a");
        Grant rival;
        quick.network().loseKeepAlives();
        EtcdBench.eventually("loss", () -> quick.context().lost.containsKey(grant.id()));
        long age = System.nanoTime() - grant.validFrom();
        assertTrue(age < TimeUnit.MILLISECONDS.toNanos(4_000), "lost " + age + " ns after validFrom");
        assertInstanceOf(
                Renewal.Lost.class, quick.driver().renew(List.of(grant)).get(0));
        EtcdBench.eventually("given back although etcd got the keep-alives", () -> bench.entries()
                .isEmpty());
        rival = one.acquire("a");
        assertTrue(rival.token() > grant.token());
    }

    @Test
    void aPausedServerIsUnavailableInTimeAndForgetsNothing() throws InterruptedException {
        Grant held = one.acquire("held");
        AcquisitionId id = AcquisitionId.random();
        store.pause();
        long begin = System.nanoTime();
        unknown(() -> one.enter(id, "a", true));
        assertEquals(LeaveOutcome.UNKNOWN, one.driver().leave(EtcdBench.request(id, "a", true, true)));
        assertEquals(
                List.of(new Renewal.Renewed(held.validFrom(), held.leaseTime())),
                one.driver().renew(List.of(held)));
        long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        assertTrue(spent < 5_000, "2 s each, not " + spent + " ms");
        store.resume();
        EtcdBench.eventually(
                "left", () -> one.driver().leave(EtcdBench.request(id, "a", true, true)) == LeaveOutcome.GONE);
        assertEquals(1, bench.entries().size());
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(held)));
    }

    @Test
    void grantsSurviveARestartAndNothingIsSentWhileItIsDown() throws InterruptedException {
        Grant held = one.acquire("a");
        store.kill();
        AcquisitionId id = AcquisitionId.random();
        EtcdBench.eventually("proven unsent", () -> {
            StoreException e = assertThrows(StoreException.class, () -> one.enter(id, "b", true));
            return e.kind() == StoreException.Kind.NOT_EXECUTED;
        });
        store.restart();
        EtcdBench.eventually("reconnected", () -> enters(id, "b"));
        assertInstanceOf(Answer.Busy.class, one.enter(AcquisitionId.random(), "a", false));
        assertEquals(List.of(ReleaseOutcome.RELEASED), one.driver().release(List.of(held)));
        assertTrue(one.acquire("a").token() > held.token());
    }

    @Test
    void tokensRiseOverTheLossOfAllDataEvenWithTheClockBehind() throws InterruptedException {
        Grant before = one.acquire("a");
        store.restartEmpty();
        one.context().shiftClock(-3_600_000_000L);
        EtcdBench.eventually("noticed", () -> enters(AcquisitionId.random(), "x"));
        assertEquals(LossReason.STORE_RESET, one.context().lost.get(before.id()));
        assertInstanceOf(Renewal.Lost.class, one.driver().renew(List.of(before)).get(0));
        assertTrue(one.acquire("a").token() > before.token());
    }

    @Test
    void aNewClientAfterTheLossOfAllDataNeedsTheClockOnly() throws InterruptedException {
        Grant before = one.acquire("a");
        bench.close(one);
        store.restartEmpty();
        Opened fresh = bench.open(new RecordingContext(bench.options(EtcdBench.LEASE_TIME)));
        assertTrue(fresh.acquire("a").token() > before.token());
    }

    private boolean enters(AcquisitionId id, String name) {
        try {
            return one.enter(id, name, true) instanceof Answer.Granted;
        } catch (StoreException notYet) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Grant granted(Answer answer) {
        return assertInstanceOf(Answer.Granted.class, answer).grant();
    }

    private static void unknown(Executable call) {
        StoreException e = assertThrows(StoreException.class, call);
        assertEquals(StoreException.Kind.UNKNOWN, e.kind(), e.getMessage());
    }
}
