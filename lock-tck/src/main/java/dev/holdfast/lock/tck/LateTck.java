package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.tck.LinkControl.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Requests and messages that arrive when what they are about is over. */
public interface LateTck extends FaultChapter {
    private static LinkControl linkOf(Stage stage) {
        return stage.harness()
                .link()
                .orElseThrow(() -> new NotApplicable("the harness has no proxy in front of this store"));
    }

    /**
     * A request to enter the queue reaches the store only when its acquire has left, or was granted by a repetition and
     * released: it grants nobody. If this fails: what tells the store that the acquire is over?
     */
    @Test
    @Injects(Fault.LATE_REQUEST)
    @Verifies({Rule.S10, Rule.L3})
    default void s10_enterThatArrivesTooLateGrantsNobody() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = linkOf(stage);
            LockDriver driver = stage.driver(link.url());
            String name = stage.name();
            driver.release(List.of(Exchange.granted(driver, Stage.request(name, false))));
            link.detainNextRequest(Operation.ACQUIRE);
            AcquireRequest late = Stage.request(name, false);
            try {
                if (driver.enter(late) instanceof Answer.Granted repeated) {
                    driver.release(List.of(repeated.grant()));
                }
            } catch (StoreException unknown) {
                assertEquals(StoreException.Kind.UNKNOWN, unknown.kind(), unknown::toString);
                Await.until("gone", Timing.patience(), () -> driver.leave(leaving(late)) == LeaveOutcome.GONE);
            }
            link.heal();
            LockDriver other = stage.driver();
            long end = System.nanoTime() + Timing.scaled(Duration.ofMillis(500)).toNanos();
            while (System.nanoTime() - end < 0) {
                Answer answer = other.enter(Stage.request(name, false));
                assertTrue(answer instanceof Answer.Granted, "a request that came too late was granted: " + answer);
                other.release(List.of(((Answer.Granted) answer).grant()));
            }
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    /**
     * A request to release reaches the store only when the lock has been released by a repetition and acquired again by
     * the same client: it takes nothing from the new holder. If this fails: what does a release compare, and may what
     * it names be used again before it was answered?
     */
    @Test
    @Injects(Fault.LATE_REQUEST)
    @Verifies(Rule.S5)
    default void s5_releaseThatArrivesTooLateReleasesNobodyElse() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = linkOf(stage);
            LockDriver driver = stage.driver(link.url());
            String name = stage.name();
            Grant former = Exchange.granted(driver, Stage.request(name, false));
            link.detainNextRequest(Operation.RELEASE);
            Duration lapse = stage.lease().plus(harness().crashSlack()).plus(Timing.patience());
            Await.until("released", lapse, () -> released(driver, former));
            Grant later = grantedWithin(lapse, driver, name);
            link.heal();
            LockDriver other = stage.driver();
            Await.never("a late release freed the lock of another acquire", Timing.quiet(), () -> {
                boolean granted = other.enter(Stage.request(name, false)) instanceof Answer.Granted;
                return granted
                        && System.nanoTime() - later.validFrom()
                                < later.leaseTime().toNanos();
            });
            driver.release(List.of(later));
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    /**
     * The message of a grant arrives when the grant has lapsed, the lock has another holder, and the waiter has said
     * again that it waits: the message grants nothing. If this fails: does a grant count from the request that it
     * answers, or from a later one?
     */
    @Test
    @Injects(Fault.LATE_PUSH)
    @Verifies({Rule.S4, Rule.S1})
    default void s4_grantThatIsToldTooLateIsNotHeld() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = linkOf(stage);
            String name = stage.name();
            RecordingContext told = stage.keep(new RecordingContext(Drivers.options(link.url(), stage.lease())));
            LockDriver waiting = stage.keep(Drivers.open(link.url(), told));
            LockDriver others = stage.driver();
            Grant first = Exchange.granted(others, Stage.request(name, false));
            AcquireRequest late = Stage.request(name, true);
            assertInstanceOf(Answer.Waiting.class, waiting.enter(late));
            link.holdPushes();
            others.release(List.of(first));
            AtomicReference<Grant> rival = new AtomicReference<>();
            Duration lapse = stage.lease().plus(harness().crashSlack()).plus(Timing.patience());
            Await.until("the end of the grant that nobody was told of", lapse, () -> {
                if (others.enter(Stage.request(name, false)) instanceof Answer.Granted granted) {
                    rival.set(granted.grant());
                }
                return rival.get() != null;
            });
            assertInstanceOf(Answer.Waiting.class, waiting.enter(late));
            link.heal();
            Await.never("a grant that had lapsed is believed", Timing.scaled(Duration.ofMillis(500)), () -> {
                Grant grant = told.granted.get(late.id());
                return grant != null
                        && System.nanoTime() - grant.validFrom()
                                < grant.leaseTime().toNanos();
            });
            waiting.leave(late);
            others.release(List.of(rival.get()));
            Aftermath.freeAndEmpty(stage, name);
        }
    }

    private static AcquireRequest leaving(AcquireRequest given) {
        return new AcquireRequest(given.id(), given.name(), given.mayWait(), true, given.timeout());
    }

    private static boolean released(LockDriver driver, Grant grant) {
        try {
            return driver.release(List.of(grant)).get(0) != ReleaseOutcome.UNKNOWN;
        } catch (StoreException unanswered) {
            return false;
        }
    }

    /** A driver that has just lost its connection may need another one first. */
    private static Grant grantedWithin(Duration within, LockDriver driver, String name) throws Exception {
        List<Grant> grants = new ArrayList<>();
        Await.until("a grant", within, () -> {
            AcquireRequest request = Stage.request(name, false);
            try {
                if (driver.enter(request) instanceof Answer.Granted granted) {
                    grants.add(granted.grant());
                }
            } catch (StoreException notYet) {
                driver.leave(leaving(request));
            }
            return !grants.isEmpty();
        });
        return grants.get(0);
    }
}
