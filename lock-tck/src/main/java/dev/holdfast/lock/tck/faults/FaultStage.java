package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.ClockedStore;
import dev.holdfast.lock.tck.Disturbance;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Expected;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.NotApplicable;
import dev.holdfast.lock.tck.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a fault acts on: the store, the processes at work, and what they are doing. For one thread. */
final class FaultStage {
    private static final long STEP_NANOS = 2_000_000;

    private final LockHarness harness;
    private final Duration lease;
    private final List<String> locks;
    private final List<Crew> crews;
    private final HistoryTail tail;
    private final Optional<ClockedStore> clock;
    private final List<String> outages = new ArrayList<>();

    FaultStage(
            LockHarness harness,
            Duration lease,
            List<String> locks,
            List<Crew> crews,
            HistoryTail tail,
            Optional<ClockedStore> clock) {
        this.harness = harness;
        this.clock = clock;
        this.lease = lease;
        this.locks = locks;
        this.crews = crews;
        this.tail = tail;
    }

    LockHarness harness() {
        return harness;
    }

    Duration lease() {
        return lease;
    }

    List<String> locks() {
        return locks;
    }

    List<Crew> crews() {
        return crews;
    }

    /** The processes behind the link. */
    Set<String> far() {
        return crews.stream().filter(Crew::far).map(Crew::process).collect(Collectors.toSet());
    }

    /** A process that holds a lock at this moment. */
    Crew holder(Random random) throws InterruptedException {
        return someone(random, crew -> !tail.heldBy(crew.process()).isEmpty());
    }

    /** A process that waits at this moment, if possible one that holds nothing. */
    Crew waiter(Random random) throws InterruptedException {
        return someone(
                random,
                crew -> tail.heldBy(crew.process()).isEmpty()
                        && !tail.wantedBy(crew.process()).isEmpty());
    }

    /** A lock that somebody holds at this moment. */
    String heldLock(Random random) throws InterruptedException {
        Crew holder = holder(random);
        return tail.heldBy(holder.process()).stream().sorted().findFirst().orElse(locks.get(0));
    }

    /** The first of the processes, in random order, that is like this; any if none is for three leases. */
    private Crew someone(Random random, Predicate<Crew> wanted) throws InterruptedException {
        List<Crew> order = new ArrayList<>(crews);
        Collections.shuffle(order, random);
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 3 * lease.toNanos()) {
            tail.catchUp();
            for (Crew crew : order) {
                if (wanted.test(crew)) {
                    return crew;
                }
            }
            pause();
        }
        return order.get(0);
    }

    /** Lets everybody go on for so long. */
    void peace(Duration howLong) throws InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < howLong.toNanos()) {
            pause();
        }
    }

    /** Whether every lock was granted again after that time, within this one. */
    boolean recovered(long since, Duration within) throws Exception {
        return Await.holdsWithin(within, () -> {
            tail.catchUp();
            return locks.stream().allMatch(lock -> tail.grantedSince(lock, since));
        });
    }

    /** Every lock is granted again although the fault lasts; else that is noted. */
    void awaitService(Fault fault, long since) throws Exception {
        Duration bound = lease.multipliedBy(3).plus(Timing.patience().multipliedBy(2));
        if (!recovered(since, bound)) {
            outages.add(
                    "some lock was not granted to anybody within " + bound.toSeconds() + " s while " + fault.what());
        }
    }

    /** What {@link #awaitService} has noted. */
    List<String> outages() {
        return List.copyOf(outages);
    }

    private static void pause() throws InterruptedException {
        LockSupport.parkNanos(STEP_NANOS);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** The clock of the store shows the real time plus this. */
    void moveClock(Duration offset) {
        clock.orElseThrow(() -> new NotApplicable("the clock of this store cannot be moved"))
                .move(offset);
    }

    /** A disturbance by this fault. */
    Disturbance disturbance(Fault fault, Set<String> processes, long[] times, Effect... effects) {
        Set<Effect> all = EnumSet.noneOf(Effect.class);
        all.addAll(List.of(effects));
        if (Expected.of(harness).overlap(fault).isPresent()) {
            all.add(Effect.BREAKS_EXCLUSION);
        }
        return new Disturbance(
                fault.toString(), processes, times[0], times[1], times[2], times[3], all, fault.recovery());
    }
}
