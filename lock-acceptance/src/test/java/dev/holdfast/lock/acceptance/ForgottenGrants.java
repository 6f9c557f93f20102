package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LockProvider;
import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.stores.RespProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Chapter;
import dev.holdfast.lock.tck.RecordingContext;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.Stage;
import dev.holdfast.lock.tck.Timing;
import dev.holdfast.lock.tck.Verifies;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** A Redis that has forgotten a grant, durability=strict: nobody else gets the lock before the lease is over. */
interface ForgottenGrants extends Chapter {
    /** The store itself. */
    RunningStore redis();

    /** The server starts again with nothing. If this fails: what does a script do that finds no record? */
    @Test
    @Verifies(Rule.S1)
    default void s1_grantThatAnEmptiedStoreForgotKeepsOthersOut() throws Exception {
        forgotten(() -> harness().control().orElseThrow().wipe());
    }

    /** The server starts again with the record, without the grant. If this fails: what is compared with the record? */
    @Test
    @Verifies(Rule.S1)
    default void s1_grantThatARestoredStoreForgotKeepsOthersOut() throws Exception {
        forgotten(() -> harness().control().orElseThrow().restart());
    }

    private void forgotten(Runnable trouble) throws Exception {
        try (Stage stage = stage()) {
            LockName name = new LockName(stage.name());
            LockDriver holding = driver(stage);
            save();
            Grant grant = assertInstanceOf(Answer.Granted.class, holding.enter(request(name)))
                    .grant();
            long over = grant.validFrom() + stage.longLease().toNanos();
            trouble.run();
            // Nobody renews the grant, but it is good until its deadline.
            LockDriver rival = driver(stage);
            List<Grant> next = new ArrayList<>();
            Duration bound = stage.longLease().multipliedBy(5).plus(Timing.patience());
            Await.until("a grant after the loss of one", bound, () -> {
                try {
                    if (rival.enter(request(name)) instanceof Answer.Granted granted) {
                        next.add(granted.grant());
                    }
                } catch (StoreException notYet) {
                    assertEquals(StoreException.Kind.NOT_EXECUTED, notYet.kind(), notYet.getMessage());
                }
                return !next.isEmpty();
            });
            long early = over - System.nanoTime();
            assertTrue(early <= 0, "granted " + early / 1_000_000 + " ms before a forgotten lease was over");
            rival.release(next);
        }
    }

    /** What a restart brings back. */
    private void save() throws IOException {
        try (RespProbe probe = new RespProbe(redis().host(), redis().port(), Timing.patience())) {
            probe.call("SAVE");
        }
    }

    private static AcquireRequest request(LockName name) {
        return new AcquireRequest(AcquisitionId.random(), name, false, false, Duration.ofSeconds(2));
    }

    private LockDriver driver(Stage stage) {
        LockUrl url = LockUrl.parse(harness().url());
        Map<String, String> parameters = new HashMap<>(url.parameters());
        String namespace = String.valueOf(parameters.remove("namespace"));
        DriverOptions options = new DriverOptions(
                namespace, stage.longLease(), Duration.ofSeconds(5), Duration.ofSeconds(2), 0, parameters);
        LockProvider provider = ServiceLoader.load(LockProvider.class, LockProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.schemes().contains(url.scheme()))
                .findFirst()
                .orElseThrow();
        RecordingContext context = stage.keep(new RecordingContext(options));
        return stage.keep(provider.open(url, context));
    }
}
