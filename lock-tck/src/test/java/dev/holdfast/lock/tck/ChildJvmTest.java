package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

/** Other JVMs obey, can be killed and stopped, and end with this one. */
class ChildJvmTest {
    private static ChildJvm taker() throws InterruptedException {
        ChildJvm child = ChildJvm.start(LockTaker.class, List.of(), "memory:", LockTaker.encode("a b/\u00e9"), "1000");
        assertEquals("ready", child.line(Timing.patience()));
        return child;
    }

    @Test
    void takerObeys() throws Exception {
        try (ChildJvm child = taker()) {
            assertEquals("no lease", child.ask("held"));
            String granted = child.ask("acquire 1000");
            assertTrue(granted.startsWith("granted "), granted);
            assertEquals(granted.replace("granted", "token"), child.ask("token"));
            assertEquals("held true", child.ask("held"));
            assertEquals("timeout", child.ask("acquire 10"));
            assertEquals("watching", child.ask("watch"));
            assertEquals("released RELEASED", child.ask("release"));
            assertEquals("held false", child.ask("held"));
        }
    }

    /** The young generation is larger than the heap, of which a JVM warns, usually where its program writes. */
    @Test
    void whatTheJvmSaysIsNotWhatItsProgramSays() throws Exception {
        try (ChildJvm child = ChildJvm.start(LockTaker.class, List.of("-Xmn1g"), "memory:", "a", "1000")) {
            assertEquals("ready", child.line(Timing.patience()));
        }
    }

    @Test
    void stoppedTakerSaysNothingAndHasLostItsLeaseAfterwards() throws Exception {
        try (ChildJvm child = taker()) {
            child.ask("acquire 1000");
            child.pause();
            child.tell("held");
            AssertionFailedError silent =
                    assertThrows(AssertionFailedError.class, () -> child.line(Duration.ofMillis(1_200)));
            assertTrue(String.valueOf(silent.getMessage()).contains("it runs"), silent.getMessage());
            child.resume();
            assertEquals("held false", child.line(Timing.patience()));
        }
    }

    @Test
    void takerDiesAtOnce() throws Exception {
        try (ChildJvm child = taker()) {
            child.ask("acquire 1000");
            child.tell("die");
            Await.until("the end of the process", Timing.patience(), () -> !child.isAlive());
        }
    }

    @Test
    void childEndsWithItsStandardInput(@TempDir Path directory) throws Exception {
        ChildJvm child = taker();
        child.close();
        assertFalse(child.isAlive());
        ChildJvm contender = ChildJvm.start(
                ContenderMain.class,
                List.of(),
                "memory:",
                "x",
                "1000",
                "1",
                "60000",
                "label",
                "1",
                directory.resolve("history").toString(),
                directory.resolve("counter").toString());
        contender.line(Timing.patience());
        contender.close();
        assertFalse(contender.isAlive());
    }

    /** Each JVM has a memory store of its own, so contenders in two of them must be found to hold together. */
    @Test
    void contendersOfTwoStoresAreFoundOut() throws Exception {
        try (Stage stage = new Stage(new MemoryHarness())) {
            Contention run = Contention.inTwoJvms(stage, 2, Duration.ofSeconds(3));
            assertFalse(run.history().of(Rule.S1).isEmpty(), run.summary());
            assertFalse(run.history().clean());
        }
    }
}
