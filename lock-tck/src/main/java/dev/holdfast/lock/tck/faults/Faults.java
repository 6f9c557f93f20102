package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Disturbance;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.LinkControl;
import dev.holdfast.lock.tck.LinkControl.Operation;
import dev.holdfast.lock.tck.NotApplicable;
import dev.holdfast.lock.tck.StoreControl;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

/** Makes one fault after the other, and undoes each before it returns. For one thread. */
final class Faults {
    private static final int TRIES = 3;

    private final FaultStage stage;

    Faults(FaultStage stage) {
        this.stage = stage;
    }

    /**
     * Makes this fault.
     *
     * @throws NotApplicable if it cannot be made on this store
     */
    Disturbance make(FaultKind kind, Random random) throws Exception {
        return switch (kind) {
            case HOLDER_KILLED -> kill(kind, stage.holder(random));
            case WAITER_KILLED -> kill(kind, stage.waiter(random));
            case HOLDER_STOPPED -> stop(kind, stage.holder(random));
            case WAITER_STOPPED -> stop(kind, stage.waiter(random));
            case STORE_STOPPED ->
                around(kind, Set.of(), control()::pause, times(2), control()::resume, Effect.ISOLATES);
            case STORE_RESTARTED ->
                around(kind, Set.of(), control()::kill, times(0.2), control()::restart, Effect.ISOLATES);
            case STORE_WIPED -> wipe();
            case LINK_SLOW -> slow(kind, 0.25, 2);
            case LINK_SLOWER -> slow(kind, 0.5, 3);
            case LINK_SILENT -> around(kind, stage.far(), link()::blackHole, times(2), link()::heal, Effect.ISOLATES);
            case LINK_CUT -> around(kind, stage.far(), link()::cut, times(1.5), link()::heal, Effect.ISOLATES);
            case ACQUIRE_REPLY_LOST -> lose(kind, Operation.ACQUIRE, random);
            case RENEW_REPLY_LOST -> lose(kind, Operation.RENEW, random);
            case RELEASE_REPLY_LOST -> lose(kind, Operation.RELEASE, random);
            case GRANT_ENDED -> endGrant(random);
        };
    }

    private StoreControl control() {
        return stage.harness().control().orElseThrow();
    }

    private LinkControl link() {
        return stage.harness().link().orElseThrow();
    }

    /** So many leases. */
    private Duration times(double leases) {
        return Duration.ofNanos((long) (stage.lease().toNanos() * leases));
    }

    private Disturbance around(
            FaultKind kind, Set<String> processes, Runnable make, Duration howLong, Runnable undo, Effect... effects)
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
        return stage.disturbance(kind, processes, times, effects);
    }

    private Disturbance kill(FaultKind kind, Crew victim) throws InterruptedException {
        String process = victim.process();
        long begins = System.nanoTime();
        victim.kill();
        long over = System.nanoTime();
        victim.restart();
        return stage.disturbance(kind, Set.of(process), new long[] {begins, over, over, over}, Effect.KILLS);
    }

    private Disturbance stop(FaultKind kind, Crew victim) throws InterruptedException {
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
        return stage.disturbance(kind, Set.of(victim.process()), times, Effect.STOPS, Effect.ISOLATES);
    }

    /** The old clients go on for a while; then all are started anew, as after a restore. */
    private Disturbance wipe() throws InterruptedException {
        long begins = System.nanoTime();
        control().wipe();
        long wiped = System.nanoTime();
        stage.peace(times(1.5));
        for (Crew crew : stage.crews()) {
            crew.kill();
            crew.restart();
        }
        long over = System.nanoTime();
        return stage.disturbance(FaultKind.STORE_WIPED, Set.of(), new long[] {begins, wiped, over, over});
    }

    private Disturbance slow(FaultKind kind, double leasesEachWay, double leases) throws InterruptedException {
        return around(kind, stage.far(), () -> link().delay(times(leasesEachWay)), times(leases), () -> link().heal());
    }

    /** The processes behind the link rest, but one, so that the next request is the one that is meant. */
    private Disturbance lose(FaultKind kind, Operation operation, Random random) throws InterruptedException {
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
        return stage.disturbance(kind, far, times);
    }

    private boolean nothingLost(OptionalLong before) {
        return before.isPresent() && link().repliesLost().equals(before);
    }

    private Disturbance endGrant(Random random) throws Exception {
        long begins = System.nanoTime();
        boolean ended = Await.holdsWithin(times(2), () -> stage.harness().expire(stage.heldLock(random)));
        long over = System.nanoTime();
        if (!ended) {
            throw new NotApplicable("the harness cannot end a grant of this store");
        }
        return stage.disturbance(FaultKind.GRANT_ENDED, Set.of(), new long[] {begins, over, over, over});
    }
}
