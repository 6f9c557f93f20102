package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Chapter;
import dev.holdfast.lock.tck.LinkControl;
import dev.holdfast.lock.tck.RecordingContext;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.Stage;
import dev.holdfast.lock.tck.Timing;
import dev.holdfast.lock.tck.Verifies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/**
 * A request that is still on its way when its acquire has left: on stores where a refusal is kept beside the lock, so
 * that any client can leave for the acquire.
 */
interface LateRequests extends Chapter {
    /** An enter that arrives after its acquire has left grants nobody. If this fails: what does leave write? */
    @Test
    @Verifies(Rule.S10)
    default void s10_enterThatArrivesAfterItsLeaveGrantsNobody() throws Exception {
        try (Stage stage = stage()) {
            LinkControl link = harness().link().orElseThrow();
            LockDriver slow = driver(stage, link.url());
            LockDriver direct = stage.driver();
            LockName name = new LockName(stage.name());
            release(slow, slow.enter(request(name, false))); // its connection is open from now on
            AcquireRequest ghost = request(name, false);
            link.blackHole();
            try {
                StoreException lost = assertThrows(StoreException.class, () -> slow.enter(ghost));
                assertEquals(StoreException.Kind.UNKNOWN, lost.kind());
                AcquireRequest leaving = new AcquireRequest(ghost.id(), name, false, true, ghost.timeout());
                assertEquals(LeaveOutcome.GONE, direct.leave(leaving));
            } finally {
                link.heal();
            }
            Await.never(
                    "a late enter was granted: " + name,
                    Timing.scaled(Duration.ofMillis(500)),
                    () -> !harness().residue().orElseThrow().isEmpty());
            release(direct, direct.enter(request(name, false)));
        }
    }

    private static AcquireRequest request(LockName name, boolean unanswered) {
        return new AcquireRequest(AcquisitionId.random(), name, false, unanswered, Duration.ofMillis(400));
    }

    private static void release(LockDriver driver, Answer answer) {
        Grant grant = assertInstanceOf(Answer.Granted.class, answer).grant();
        driver.release(List.of(grant));
    }

    private static LockDriver driver(Stage stage, String text) {
        LockUrl url = LockUrl.parse(text);
        DriverOptions options = new DriverOptions(
                url.parameters().get("namespace"),
                stage.longLease(),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                0,
                Map.of());
        LockProvider provider = ServiceLoader.load(LockProvider.class, LockProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.schemes().contains(url.scheme()))
                .findFirst()
                .orElseThrow();
        RecordingContext context = stage.keep(new RecordingContext(options));
        return stage.keep(provider.open(url, context));
    }
}
