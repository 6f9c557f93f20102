package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.StoreUnavailableException;
import dev.holdfast.lock.spi.Claim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Single servers of a store that has several; all of them at once are in {@link FaultTck}. */
public interface MemberFaultTck extends Chapter {
    /** Every failover is over within it, and every store takes it as a lease time. */
    Duration OUTLASTS_A_FAILOVER = Duration.ofSeconds(12);

    /** Another one takes over. If this fails, look at where a client turns when its server is gone. */
    @Test
    @Injects(Fault.LEADER_KILLED)
    @Verifies({Rule.L4, Rule.S1, Rule.S2})
    default void l4_locksMoveOnWithoutTheirLeader() throws Exception {
        moveOn(Fault.LEADER_KILLED);
    }

    /** Its connections stay, and nothing answers. If this fails, look at what makes a client turn to another server. */
    @Test
    @Injects(Fault.LEADER_STOPPED)
    @Verifies({Rule.L4, Rule.S1, Rule.S2})
    default void l4_locksMoveOnBesideALeaderThatStandsStill() throws Exception {
        moveOn(Fault.LEADER_STOPPED);
    }

    /** It answers, and must not decide. If this fails, look at what it confirms without a majority. */
    @Test
    @Injects(Fault.LEADER_CUT_OFF)
    @Verifies({Rule.L4, Rule.S1, Rule.S2})
    default void l4_locksMoveOnBesideALeaderThatIsCutOff() throws Exception {
        moveOn(Fault.LEADER_CUT_OFF);
    }

    /** It answers, and cannot serve. If this fails, look at whether a client stays with it. */
    @Test
    @Injects(Fault.FOLLOWER_CUT_OFF)
    @Verifies({Rule.L4, Rule.S1, Rule.S2})
    default void l4_locksMoveOnBesideAFollowerThatIsCutOff() throws Exception {
        moveOn(Fault.FOLLOWER_CUT_OFF);
    }

    /** Nobody waits for servers that the others can do without. If this fails, look at who does. */
    @Test
    @Injects(Fault.MINORITY_STOPPED)
    @Verifies({Rule.L4, Rule.S1, Rule.S2})
    default void l4_locksMoveOnBesideAMinorityThatStandsStill() throws Exception {
        moveOn(Fault.MINORITY_STOPPED);
    }

    /** What some have forgotten the others know. If this fails, look at what those do that have forgotten. */
    @Test
    @Injects(Fault.MINORITY_EMPTIED)
    @Verifies({Rule.L4, Rule.S1, Rule.S2})
    default void l4_locksMoveOnAlthoughAMinorityHasLostItsData() throws Exception {
        moveOn(Fault.MINORITY_EMPTIED);
    }

    /**
     * A lock is held, and another one is free. The free one can be had; the held one by nobody else until its holder
     * has given it up or lost it, and then by others, with a higher token.
     */
    private void moveOn(Fault fault) throws Exception {
        Duration bound = Timing.patience().multipliedBy(2);
        try (Stage stage = stage()) {
            String name = stage.name();
            String free = stage.name();
            LockClient rival = stage.steadyClient();
            Lease former = stage.steadyClient().named(name).acquire(Timing.patience());
            Lease next;
            members().make(fault);
            try {
                granted(fault, rival, free, bound).release();
                boolean before = former.isHeld();
                Optional<Lease> early = soon(rival, name);
                boolean overlapped = before && early.isPresent() && former.isHeld();
                Expected.of(harness()).checkOverlap(fault, overlapped);
                former.release();
                next = early.isPresent()
                        ? early.get()
                        : granted(fault, rival, name, stage.longLease().plus(bound));
                assertTrue(
                        next.fencingToken() > former.fencingToken(),
                        "token " + next.fencingToken() + " after " + former.fencingToken());
            } finally {
                members().mend();
            }
            next.release();
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    /**
     * The leader grants what no other server learns of, and is killed. Where another one grants the same lock beside
     * its holder, the first read of the next holder shuts the former one out of the resource. If this fails, look at
     * what a grant waits for, and at whether a read raises the mark.
     */
    @Test
    @Injects(Fault.UNREPLICATED_FAILOVER)
    @Verifies({Rule.L4, Rule.S1, Rule.S2, Rule.S3})
    default void s3_holderThatAFailoverForgotIsRejected() throws Exception {
        Duration bound = OUTLASTS_A_FAILOVER.plus(Timing.patience().multipliedBy(2));
        try (Stage stage = stage()) {
            String name = stage.name();
            LockClient rival = stage.steadyClient();
            LockClient holding =
                    stage.client(stage.options().leaseTime(OUTLASTS_A_FAILOVER).build());
            Lease next;
            try {
                members().cutReplication();
                Optional<Lease> former = unrenewed(holding, name);
                members().make(Fault.UNREPLICATED_FAILOVER);
                next = granted(Fault.UNREPLICATED_FAILOVER, rival, name, bound);
                boolean overlapped = former.isPresent() && former.get().isHeld();
                Expected.of(harness()).checkOverlap(Fault.UNREPLICATED_FAILOVER, overlapped);
                if (former.isPresent()) {
                    shutOut(holding, former.get(), rival, next);
                }
            } finally {
                members().mend();
            }
            next.release();
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    /** Nobody asks the new leader for it, so that its holder believes in it until its deadline. */
    private static Optional<Lease> unrenewed(LockClient client, String name) throws InterruptedException {
        try {
            return client.named(name, LockOptions.defaults().renewal(false)).tryAcquire(Duration.ofSeconds(2));
        } catch (StoreUnavailableException refused) {
            return Optional.empty();
        }
    }

    private void shutOut(LockClient holding, Lease former, LockClient rival, Lease next) throws Exception {
        long stale = former.fencingToken();
        assertTrue(next.fencingToken() > stale, "token " + next.fencingToken() + " after " + stale);
        if (harness().claims().contains(Claim.FENCED_REGISTER)) {
            RegisterTck.Cell.of(rival, next.lockName()).read(next.fencingToken());
            Aftermath.lateWriteIsRefused(RegisterTck.Cell.of(holding, next.lockName()), stale);
        }
    }

    private static Lease granted(Fault fault, LockClient client, String name, Duration within) throws Exception {
        List<Lease> granted = new ArrayList<>();
        boolean inTime = Await.holdsWithin(within, () -> {
            soon(client, name).ifPresent(granted::add);
            return !granted.isEmpty();
        });
        assertTrue(inTime, () -> "nobody was granted a free lock within " + within + " while " + fault.what());
        return granted.get(0);
    }

    private static Optional<Lease> soon(LockClient client, String name) throws InterruptedException {
        try {
            return client.named(name).tryAcquire(Timing.briefWait());
        } catch (StoreUnavailableException notNow) {
            return Optional.empty();
        }
    }

    /**
     * Nothing is granted, and the holder loses its lease in time, although some servers answer; with the majority the
     * locks come back. If this fails, look at what the rest confirms.
     */
    @Test
    @Injects(Fault.MAJORITY_LOST)
    @Verifies({Rule.S4, Rule.E8, Rule.S2})
    default void s4_majorityThatIsLostTakesLeasesAlong() throws Exception {
        try (Stage stage = stage()) {
            String name = stage.name();
            Lease lease = stage.steadyClient().named(name).acquire(Timing.patience());
            LockClient rival = stage.steadyClient();
            members().make(Fault.MAJORITY_LOST);
            try {
                Duration inTime = rival.info().leaseTime().plus(Timing.scheduling());
                Await.until("the loss of a lease that nobody can renew", inTime, () -> !lease.isHeld());
                assertThrows(StoreUnavailableException.class, () -> rival.named(stage.name())
                        .acquire(Timing.briefWait()));
            } finally {
                members().mend();
            }
            harness().awaitGrants(harness().url());
            Duration bound = stage.longLease().plus(Timing.patience().multipliedBy(2));
            Lease next = Aftermath.acquire(rival, name, bound);
            assertTrue(
                    next.fencingToken() > lease.fencingToken(),
                    "token " + next.fencingToken() + " after " + lease.fencingToken());
            next.release();
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    private MemberControl members() {
        return harness().members().orElseThrow(() -> new NotApplicable("the store is a single server"));
    }
}
