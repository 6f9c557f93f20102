package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Disturbance;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.LinkControl;
import dev.holdfast.lock.tck.LinkControl.Operation;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.NotApplicable;
import dev.holdfast.lock.tck.StoreControl;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

/**
 * Makes one fault after the other, and undoes each before it returns. To add a fault to the run, say here how it is
 * made. For one thread.
 */
final class Faults {
    private static final int TRIES = 3;
    private static final Map<Fault, Making> MAKINGS = makings();

    /** How a fault is made. */
    private interface Making {
        Disturbance by(Faults faults, Fault fault, Random random) throws Exception;
    }

    /** A part of it. */
    private interface Step {
        void run() throws InterruptedException;
    }

    private final FaultStage stage;

    Faults(FaultStage stage) {
        this.stage = stage;
    }

    /** What a run can make where the harness can; the others have their tests alone. */
    static Set<Fault> all() {
        return Collections.unmodifiableSet(MAKINGS.keySet());
    }

    /**
     * Makes this fault, one of {@link #all}.
     *
     * @throws NotApplicable if it cannot be made on this store
     */
    Disturbance make(Fault fault, Random random) throws Exception {
        Making making = MAKINGS.get(fault);
        if (making == null) {
            throw new NotApplicable("a run cannot make it, its tests do");
        }
        return making.by(this, fault, random);
    }

    private static Map<Fault, Making> makings() {
        Map<Fault, Making> all = new EnumMap<>(Fault.class);
        all.put(Fault.HOLDER_KILLED, (run, fault, random) -> run.kill(fault, run.stage.holder(random)));
        all.put(Fault.WAITER_KILLED, (run, fault, random) -> run.kill(fault, run.stage.waiter(random)));
        all.put(Fault.HOLDER_STOPPED, (run, fault, random) -> run.stop(fault, run.stage.holder(random)));
        all.put(Fault.WAITER_STOPPED, (run, fault, random) -> run.stop(fault, run.stage.waiter(random)));
        all.put(Fault.SLOW_LINK, (run, fault, random) -> run.slow(fault, 0.55, 2));
        all.put(Fault.LATE_LINK, (run, fault, random) -> run.slow(fault, 1.1, 3));
        all.put(Fault.BLACK_HOLE, (run, fault, random) -> run.onLink(fault, run.link()::blackHole, 2, Effect.ISOLATES));
        all.put(
                Fault.CONNECTION_RESET,
                (run, fault, random) -> run.onLink(fault, run.link()::cut, 1.5, Effect.ISOLATES));
        all.put(Fault.LATE_PUSH, (run, fault, random) -> run.onLink(fault, run.link()::holdPushes, 2));
        all.put(Fault.ACQUIRE_REPLY_LOST, (run, fault, random) -> run.lose(fault, Operation.ACQUIRE, random));
        all.put(Fault.RENEW_REPLY_LOST, (run, fault, random) -> run.lose(fault, Operation.RENEW, random));
        all.put(Fault.RELEASE_REPLY_LOST, (run, fault, random) -> run.lose(fault, Operation.RELEASE, random));
        all.put(
                Fault.STORE_STOPPED,
                (run, fault, random) -> run.onStore(fault, run.control()::pause, 2, run.control()::resume));
        all.put(
                Fault.STORE_RESTARTED,
                (run, fault, random) -> run.onStore(fault, run.control()::kill, 0.2, run.control()::restart));
        all.put(Fault.STORE_EMPTIED, (run, fault, random) -> run.empty(fault));
        for (Fault fault : List.of(
                Fault.LEADER_KILLED,
                Fault.LEADER_STOPPED,
                Fault.LEADER_CUT_OFF,
                Fault.FOLLOWER_CUT_OFF,
                Fault.MINORITY_STOPPED,
                Fault.MINORITY_EMPTIED)) {
            all.put(
                    fault,
                    (run, same, random) ->
                            run.onMinority(same, () -> run.members().make(same)));
        }
        all.put(Fault.UNREPLICATED_FAILOVER, (run, fault, random) -> run.onMinority(fault, run::failOverUnreplicated));
        all.put(
                Fault.MAJORITY_LOST,
                (run, fault, random) -> run.onStore(fault, () -> run.members().make(fault), 1.5, run.members()::mend));
        all.put(Fault.EVICTION, (run, fault, random) -> run.atOnce(fault, run.stage.harness()::evict));
        all.put(Fault.SESSION_ENDED, (run, fault, random) -> run.endLease(fault, random));
        all.put(
                Fault.CONNECTIONS_ENDED,
                (run, fault, random) -> run.atOnce(fault, run.stage.harness()::endConnections));
        all.put(Fault.STORE_CLOCK, (run, fault, random) -> run.moveClock(fault));
        return all;
    }

    private StoreControl control() {
        return stage.harness().control().orElseThrow();
    }

    private MemberControl members() {
        return stage.harness().members().orElseThrow();
    }

    private LinkControl link() {
        return stage.harness().link().orElseThrow();
    }

    /** So many leases. */
    private Duration times(double leases) {
        return Duration.ofNanos((long) (stage.lease().toNanos() * leases));
    }

    private Disturbance around(
            Fault fault, Set<String> processes, Runnable make, Duration howLong, Runnable undo, Effect... effects)
            throws InterruptedException {
        long[] times = new long[4];
        times[0] = System.nanoTime();
        try {
            make.run();
            times[1] = System.nanoTime();
            stage.peace(howLong);
        } finally {
            times[2] = System.nanoTime();
            undo.run();
        }
        times[3] = System.nanoTime();
        return stage.disturbance(fault, processes, times, effects);
    }

    private Disturbance onLink(Fault fault, Runnable make, double leases, Effect... effects)
            throws InterruptedException {
        return around(fault, stage.far(), make, times(leases), link()::heal, effects);
    }

    private Disturbance slow(Fault fault, double roundTrip, double leases) throws InterruptedException {
        return onLink(fault, () -> link().delay(times(roundTrip / 2)), leases);
    }

    private Disturbance onStore(Fault fault, Runnable make, double leases, Runnable undo) throws InterruptedException {
        return around(fault, Set.of(), make, times(leases), undo, Effect.ISOLATES);
    }

    /** The locks move on while it lasts (rule L4), and it lasts for longer than a lease. */
    private Disturbance onMinority(Fault fault, Step make) throws Exception {
        long[] times = new long[4];
        times[0] = System.nanoTime();
        try {
            make.run();
            times[1] = System.nanoTime();
            stage.awaitService(fault, times[1]);
            stage.peace(times(1.5));
        } finally {
            times[2] = System.nanoTime();
            members().mend();
        }
        times[3] = System.nanoTime();
        return stage.disturbance(fault, Set.of(), times);
    }

    /** For half a lease the leader hands locks on, and nobody else learns of it. */
    private void failOverUnreplicated() throws InterruptedException {
        members().cutReplication();
        stage.peace(times(0.5));
        members().make(Fault.UNREPLICATED_FAILOVER);
    }

    private Disturbance atOnce(Fault fault, Runnable make) {
        long begins = System.nanoTime();
        make.run();
        long over = System.nanoTime();
        return stage.disturbance(fault, Set.of(), new long[] {begins, over, over, over});
    }

    private Disturbance kill(Fault fault, Crew victim) throws InterruptedException {
        String process = victim.process();
        long begins = System.nanoTime();
        victim.kill();
        long over = System.nanoTime();
        victim.restart();
        return stage.disturbance(fault, Set.of(process), new long[] {begins, over, over, over}, Effect.KILLS);
    }

    private Disturbance stop(Fault fault, Crew victim) throws InterruptedException {
        long[] times = new long[4];
        times[0] = System.nanoTime();
        victim.pause();
        try {
            times[1] = System.nanoTime();
            stage.peace(times(1.5).plus(stage.harness().crashSlack()));
        } finally {
            times[2] = System.nanoTime();
            victim.resume();
        }
        times[3] = System.nanoTime();
        return stage.disturbance(fault, Set.of(victim.process()), times, Effect.STOPS, Effect.ISOLATES);
    }

    /** The old clients go on for a while; then all are started anew, as after a restore. */
    private Disturbance empty(Fault fault) throws InterruptedException {
        long begins = System.nanoTime();
        control().wipe();
        long emptied = System.nanoTime();
        stage.peace(times(1.5));
        for (Crew crew : stage.crews()) {
            crew.kill();
            crew.restart();
        }
        long over = System.nanoTime();
        return stage.disturbance(fault, Set.of(), new long[] {begins, emptied, over, over});
    }

    /**
     * Two leases forward for one lease, and back; returns when the clock has passed its own past. A store that loses
     * its data before that can hand out a token twice: the double fault that is excluded.
     */
    private Disturbance moveClock(Fault fault) throws InterruptedException {
        Duration jump = times(2);
        Disturbance moved =
                around(fault, Set.of(), () -> stage.moveClock(jump), times(1), () -> stage.moveClock(Duration.ZERO));
        stage.peace(jump);
        return moved;
    }

    /** The processes behind the link rest, but one, so that the next request is the one that is meant. */
    private Disturbance lose(Fault fault, Operation operation, Random random) throws InterruptedException {
        Set<String> far = stage.far();
        Crew actor = stage.crews().stream().filter(Crew::far).findFirst().orElseThrow();
        for (Crew crew : stage.crews()) {
            if (crew.far()) {
                crew.rest();
            }
        }
        String lock = stage.locks().get(random.nextInt(stage.locks().size()));
        long[] times = new long[4];
        OptionalLong before = link().repliesLost();
        // The lock may be refused to the actor, or granted by a message, which is no reply.
        for (int i = 0; i < TRIES && (i == 0 || nothingLost(before)); i++) {
            times[0] = System.nanoTime();
            try {
                actor.step(operation, lock, () -> {
                    times[0] = System.nanoTime();
                    link().loseNextReply(operation);
                    times[1] = System.nanoTime();
                });
            } finally {
                times[2] = System.nanoTime();
                link().heal();
            }
            times[3] = System.nanoTime();
        }
        for (Crew crew : stage.crews()) {
            if (crew.far()) {
                crew.go();
            }
        }
        if (nothingLost(before)) {
            throw new NotApplicable("the harness does not recognise this request on the wire");
        }
        return stage.disturbance(fault, far, times);
    }

    private boolean nothingLost(OptionalLong before) {
        return before.isPresent() && link().repliesLost().equals(before);
    }

    private Disturbance endLease(Fault fault, Random random) throws Exception {
        long begins = System.nanoTime();
        boolean ended = Await.holdsWithin(times(2), () -> stage.harness().expire(stage.heldLock(random)));
        long over = System.nanoTime();
        if (!ended) {
            throw new NotApplicable("the harness cannot end what carries a lease in this store");
        }
        return stage.disturbance(fault, Set.of(), new long[] {begins, over, over, over});
    }
}
