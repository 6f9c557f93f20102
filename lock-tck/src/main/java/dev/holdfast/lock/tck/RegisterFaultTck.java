package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.FencingGuard;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.StaleTokenException;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.UnknownOutcomeException;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.tck.RegisterTck.Cell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Chapter R, second part: registers and guards under contention, and with a store that stops, crashes or forgets. */
public interface RegisterFaultTck extends Chapter {
    private StoreControl control() {
        return harness().control().orElseThrow();
    }

    /**
     * Writers that all believe to hold the lock, each with a token of its own, lose no accepted increment. If this
     * fails: are comparison and change one atomic step of the store?
     */
    @Test
    @Verifies(Rule.R4)
    default void r4_writersWithOverlappingLeasesLoseNoUpdate() throws Exception {
        try (Stage stage = stage()) {
            AtomicLong tokens = new AtomicLong();
            Increments run = Increments.over(stage, tokens::incrementAndGet);
            assertTrue(run.accepted() > 0, "nothing was accepted: " + run);
            assertTrue(run.lost() == 0, "lost updates: " + run);
        }
    }

    /**
     * A holder whose successor has read no longer writes, so that what the successor writes is based on all that was
     * accepted. If this fails: does a read raise the mark?
     */
    @Test
    @Verifies(Rule.R4)
    default void r4_writeAfterTheReadOfASuccessorIsNotLost() throws Exception {
        try (Stage stage = stage()) {
            Cell former = Cell.of(stage.client(), stage.name());
            Cell successor = Cell.of(stage.client(), former.name());
            former.write(10, "x");
            String seen = former.read(10).orElseThrow();
            assertEquals(Optional.of(seen), successor.read(11));
            assertEquals(11, former.refusedWrite(10, seen + "x"));
            successor.write(11, seen + "x");
            assertEquals(Optional.of("xx"), successor.read(11), "lost updates");
        }
    }

    /** The same with real leases, which do not overlap. If this fails, look at R3 and R4. */
    @Test
    @Verifies(Rule.R4)
    default void r4_holdersLoseNoUpdate() throws Exception {
        try (Stage stage = stage()) {
            LockClient locks = stage.steadyClient();
            String name = stage.name();
            Cell cell = Cell.of(locks, name);
            List<Stage.Branch<Integer>> branches = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                LockClient client = i % 2 == 0 ? locks : stage.steadyClient();
                branches.add(stage.branch(() -> {
                    int accepted = 0;
                    for (int n = 0; n < 10; n++) {
                        try (Lease lease = client.named(name).acquire(Timing.patience())) {
                            long token = lease.fencingToken();
                            Cell own = Cell.of(client, name);
                            own.write(token, own.read(token).orElse("") + "x");
                            accepted++;
                        }
                    }
                    return accepted;
                }));
            }
            int accepted = 0;
            for (Stage.Branch<Integer> branch : branches) {
                accepted += branch.join(Duration.ofSeconds(60));
            }
            assertEquals(40, accepted, "every holder's write is accepted");
            assertEquals(Optional.of("x".repeat(40)), cell.read(Long.MAX_VALUE - 1), "lost updates");
        }
    }

    /** Mark and value survive a crash. If this fails, look at what is on disk when a write is answered. */
    @Test
    @Verifies(Rule.R6)
    default void r6_markAndValueSurviveACrash() throws Exception {
        try (Stage stage = stage()) {
            Cell before = Cell.of(stage.client(), stage.name());
            before.write(40, "kept");
            assertEquals(Optional.of("kept"), before.read(41));
            control().kill();
            control().restart();
            Cell after = Cell.of(stage.client(), before.name());
            assertEquals(41, after.refusedWrite(40, "late"), "a mark that a read has raised");
            assertEquals(Optional.of("kept"), after.read(41));
        }
    }

    /** What the driver says of a request reaches the caller as it is. If this fails, look at FencedRegister. */
    @Test
    @Verifies({Rule.R8, Rule.E1})
    default void r8_outcomesAreToldApart() throws Exception {
        try (Stage stage = stage()) {
            assertOutcome(stage, StoreException.unknown("no answer", null), UnknownOutcomeException.class);
            assertOutcome(stage, StoreException.notExecuted("not sent", null), StoreUnavailableException.class);
        }
    }

    private void assertOutcome(Stage stage, StoreException answer, Class<? extends LockException> type) {
        LockClient client = stage.scripted(
                        stage.options().build(), target -> new Scripts.FailingRegisters(target, answer))
                .client();
        String name = stage.name();
        for (Runnable request : List.<Runnable>of(
                () -> client.register(name).read(1), () -> client.register(name).write(1, new byte[0]))) {
            LockException thrown = assertThrows(LockException.class, request::run);
            assertEquals(type, thrown.getClass(), "what came of: " + answer.getMessage());
            assertTrue(String.valueOf(thrown.getMessage()).contains(name), thrown.getMessage());
        }
    }

    /**
     * With a stopped store a request is over in time; what it left open is settled by the first read with a higher
     * token. If this fails, look at the time-outs of requests, and at R2.
     */
    @Test
    @Verifies({Rule.R9, Rule.R2})
    default void r9_stoppedStoreHoldsNobodyUp() throws Exception {
        try (Stage stage = stage()) {
            Duration timeout = Duration.ofMillis(500);
            ClientOptions brief = stage.options()
                    .leaseTime(stage.longLease())
                    .storeTimeout(timeout)
                    .build();
            Cell cell = Cell.of(stage.client(brief), stage.name());
            cell.write(1, "before");
            control().pause();
            LockException thrown;
            try {
                long begin = System.nanoTime();
                thrown = assertThrows(LockException.class, () -> cell.write(2, "late"));
                Duration took = Duration.ofNanos(System.nanoTime() - begin);
                Duration bound = timeout.plus(Timing.scheduling()).plus(Timing.scheduling());
                assertTrue(took.compareTo(bound) <= 0, "a write to a stopped store took " + took);
            } finally {
                control().resume();
            }
            boolean maybeDone = thrown instanceof UnknownOutcomeException;
            assertTrue(maybeDone || thrown instanceof StoreUnavailableException, thrown.toString());
            Cell next = Cell.of(stage.client(), cell.name());
            String found = next.read(3).orElseThrow();
            assertTrue(found.equals("before") || (maybeDone && found.equals("late")), "found " + found);
            Await.never(
                    "a write that was given up changed what a higher token had read",
                    Timing.quiet(),
                    () -> !next.read(3).orElseThrow().equals(found));
        }
    }

    /**
     * The store loses all its data while a holder is paused; its late write is refused once the next holder has read,
     * by the register and by a guard that lives elsewhere. If this fails, look at F6: is the new token higher?
     */
    @Test
    @Verifies(Rule.R10)
    default void r10_formerHolderIsRefusedAlsoAfterALossOfAllData() throws Exception {
        try (Stage stage = stage()) {
            FencingGuard elsewhere = new FencingGuard("a resource outside the store");
            LockClient paused = stage.steadyClient();
            Cell former = Cell.of(paused, stage.name());
            Lease first = paused.named(former.name()).acquire(Timing.patience());
            former.write(first.fencingToken(), "before");
            elsewhere.check(first.fencingToken());
            control().wipe();
            LockClient client = stage.steadyClient();
            Cell next = Cell.of(client, former.name());
            try (Lease second = client.named(former.name()).acquire(Timing.patience())) {
                assertEquals(Optional.empty(), next.read(second.fencingToken()), "the store has lost all its data");
                elsewhere.check(second.fencingToken());
                Aftermath.lateWriteIsRefused(former, first.fencingToken());
                assertThrows(StaleTokenException.class, () -> elsewhere.check(first.fencingToken()));
                assertEquals(Optional.empty(), next.read(second.fencingToken()), "a late write was accepted");
            }
        }
    }

    /** A guard in memory runs one work at a time, and none with a lower token. If this fails, look at FencingGuard. */
    @Test
    @Verifies(Rule.R11)
    default void r11_guardRunsOneWorkAtATimeAndNoneThatIsStale() throws Exception {
        try (Stage stage = stage()) {
            FencingGuard guard = new FencingGuard("counter", 3);
            assertThrows(StaleTokenException.class, () -> guard.check(2), "a token below the mark it began with");
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            List<String> order = new ArrayList<>();
            Stage.Branch<Boolean> slow = stage.branch(() -> guard.guarded(5, () -> {
                inside.countDown();
                boolean told = goOn.await(10, TimeUnit.SECONDS);
                order.add("former");
                return told;
            }));
            assertTrue(inside.await(10, TimeUnit.SECONDS));
            Stage.Branch<Boolean> next = stage.branch(() -> guard.guarded(6, () -> order.add("next")));
            Await.never("two works of a guard ran side by side", Timing.quiet(), next::done);
            goOn.countDown();
            assertTrue(slow.join());
            next.join();
            assertEquals(List.of("former", "next"), order);
            assertThrows(StaleTokenException.class, () -> guard.guarded(5, () -> order.add("late")), "a lower token");
            assertEquals(2, order.size(), "work with a lower token was begun");
            guard.check(6);
            assertEquals(6, guard.mark());
        }
    }
}
