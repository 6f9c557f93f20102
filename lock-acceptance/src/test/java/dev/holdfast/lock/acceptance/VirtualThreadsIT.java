package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A thousand virtual threads on one carrier all get the lock: nothing that waits keeps the carrier to itself. */
@Tag("A8")
class VirtualThreadsIT {
    private static final int THREADS = 1_000;
    private static final int PATIENCE_SECONDS = 120;
    private static final String NO_JAVA = "no Java 21 or newer found for virtual threads:"
            + " install one below /usr/lib/jvm, or pass -Dholdfast.modern.java=HOME";

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> aThousandOnOneCarrierAllFinish() {
        return StoreRack.everyUrl("virtual").entrySet().stream()
                .map(url -> DynamicTest.dynamicTest(url.getKey(), () -> allFinish(url.getValue())));
    }

    private void allFinish(String url) throws IOException, InterruptedException {
        Path java = ModernJava.find().orElse(null);
        if (java == null) {
            assertTrue(System.getenv("CI") == null, NO_JAVA);
            Assumptions.abort(NO_JAVA);
        }
        Path output = Files.createTempFile(directory, "virtual", ".log");
        Path errors = Files.createTempFile(directory, "virtual", ".err");
        Process process = new ProcessBuilder(List.of(
                        java.toString(),
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        VirtualThreadsMain.class.getName(),
                        url + "&connectTimeout=30s",
                        Integer.toString(THREADS),
                        Integer.toString(PATIENCE_SECONDS)))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            boolean ended = process.waitFor(PATIENCE_SECONDS + 60L, TimeUnit.SECONDS);
            String said = Files.readString(output) + Files.readString(errors);
            assertTrue(ended, () -> "the other JVM does not end; it said: " + said);
            assertEquals(
                    "finished " + THREADS + " of " + THREADS + ", counted " + THREADS,
                    Files.readString(output).strip(),
                    said);
        } finally {
            process.destroyForcibly();
        }
    }
}
