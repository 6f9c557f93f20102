package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.stores.harness.StoreHarness;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.ChildJvm;
import dev.holdfast.lock.tck.ContenderMain;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.HistoryChecker;
import dev.holdfast.lock.tck.LostUpdate;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Two JVMs of eight threads on one name, and a holder that is killed. */
@Tag("A3")
@Tag("measures")
class ContentionIT {
    private static final Duration HOW_LONG = Duration.ofSeconds(20);
    private static final Duration LEASE = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> twoJvmsOfEightThreadsNeverShareALock() {
        return StoreRack.onEveryStore(this::contend);
    }

    private void contend(StoreHarness harness) throws Exception {
        Path history = directory.resolve(harness.store() + ".history");
        Path counter = directory.resolve(harness.store() + ".counter");
        List<ChildJvm> children = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                children.add(ChildJvm.start(
                        ContenderMain.class,
                        List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                        harness.url(),
                        "contended",
                        Long.toString(LEASE.toMillis()),
                        "8",
                        Long.toString(HOW_LONG.toMillis()),
                        "jvm" + i,
                        Integer.toString(1_000 * i),
                        history.toString(),
                        counter.toString()));
            }
            for (ChildJvm child : children) {
                assertEquals("ready", child.line(Duration.ofSeconds(30)));
            }
            children.forEach(child -> child.tell("go"));
            long accepted = 0;
            for (ChildJvm child : children) {
                String[] done = child.line(HOW_LONG.plusSeconds(60)).split(" ", -1);
                assertEquals("done", done[0]);
                accepted += Long.parseLong(done[2]);
            }
            judge(harness, history, counter, accepted);
        } finally {
            children.forEach(ChildJvm::close);
        }
    }

    private static void judge(StoreHarness harness, Path history, Path counter, long accepted) throws Exception {
        HistoryChecker.Findings findings = HistoryChecker.check(History.read(history));
        System.out.printf(
                "A3 %s: %d grants, %d unknown, smallest margin %s ns%n",
                harness.store(),
                findings.grants(),
                findings.unknown(),
                findings.minMarginNanos().orElse(0));
        assertEquals(List.of(), findings.of(Rule.S1));
        assertEquals(List.of(), findings.of(Rule.S2));
        assertEquals(List.of(), findings.of(Rule.S8));
        assertTrue(findings.grants() > 50, () -> "only " + findings.grants() + " grants");
        try (LostUpdate resource = LostUpdate.in(counter)) {
            assertEquals(accepted, resource.value(), "updates were lost");
        }
    }

    @TestFactory
    Stream<DynamicTest> theNameOfAKilledHolderIsFreeAfterItsLeaseTimeAndTheSlackOfItsPage() {
        return StoreRack.onEveryStore(harness -> {
            try (Stage stage = new Stage(harness)) {
                String name = stage.name();
                LockClient survivor = stage.client();
                Duration lease = survivor.info().leaseTime();
                ChildJvm holder = stage.taker(name, lease);
                assertTrue(holder.ask("acquire 5000").startsWith("granted "));
                holder.kill();
                Duration bound = lease.plus(harness.crashSlack());
                Duration took = Await.took(() -> {
                    try (Lease next = survivor.named(name).acquire(bound.plusSeconds(10))) {
                        next.ensureHeld();
                    }
                });
                System.out.printf(
                        "A3 %s: free %d ms after kill -9 (lease %d ms, slack %d ms)%n",
                        harness.store(),
                        took.toMillis(),
                        lease.toMillis(),
                        harness.crashSlack().toMillis());
                assertTrue(
                        took.compareTo(bound.plusMillis(250)) <= 0,
                        () -> "free only after " + took.toMillis() + " ms, lease and slack are " + bound.toMillis());
            }
        });
    }
}
