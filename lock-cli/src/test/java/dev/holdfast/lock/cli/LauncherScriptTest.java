package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the script {@code ./holdfast} decides before any Java or Maven starts. */
class LauncherScriptTest {
    private static final Path SCRIPT =
            Path.of("..", "holdfast").toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    private record Outcome(int status, String output) {}

    private static Outcome call(Path script, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = Stream.concat(Stream.of("bash", script.toString()), Arrays.stream(arguments))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    @ParameterizedTest
    @CsvSource({
        "frob, 2, unknown command 'frob'",
        "test --frob, 2, unknown argument '--frob'",
        "test --only, 2, --only wants a value",
        "test --java /no/such/jdk, 2, there is no bin/java",
        "help, 0, holdfast compare",
        "help, 0, holdfast bench",
        "test --help, 0, --only TAG",
    })
    void argumentsAreCheckedFirst(String arguments, int status, String output) throws Exception {
        Outcome outcome = call(SCRIPT, Map.of(), arguments.split(" ", -1));

        assertAll(
                () -> assertEquals(status, outcome.status(), outcome.output()),
                () -> assertTrue(outcome.output().contains(output), outcome.output()));
    }

    @Test
    void javaHomeWithoutJavaIsNamed() throws Exception {
        Outcome outcome = call(SCRIPT, Map.of("JAVA_HOME", directory.toString()), "run", "memory:", "a", "--", "true");

        assertAll(
                () -> assertEquals(69, outcome.status(), outcome.output()),
                () -> assertTrue(outcome.output().contains("has no bin/java"), outcome.output()));
    }

    @Test
    void olderJavaIsRefusedBeforeMavenStarts() throws Exception {
        Path checkout = checkout();
        Path java =
                executable("jdk/bin/java", "echo '    java.specification.version = 11'; echo '    java.home = /jdk11'");

        Outcome outcome = call(
                checkout,
                Map.of("JAVA_HOME", String.valueOf(java.getParent().getParent())),
                "run",
                "memory:",
                "a",
                "--",
                "true");

        assertAll(
                () -> assertEquals(69, outcome.status(), outcome.output()),
                () -> assertTrue(outcome.output().contains("is Java 11; install a JDK"), outcome.output()));
    }

    @Test
    void failedBuildShowsItsReason() throws Exception {
        Path checkout = checkout();
        executable("bin/mvn", "echo '[INFO] a'; echo '[ERROR] cannot resolve x'; exit 1");
        String path = directory.resolve("bin") + ":" + System.getenv("PATH");

        Outcome outcome = call(
                checkout,
                Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", path),
                "run",
                "memory:",
                "a",
                "--",
                "true");

        assertAll(
                () -> assertEquals(70, outcome.status(), outcome.output()),
                () -> assertTrue(
                        outcome.output().contains("the build failed: [ERROR] cannot resolve x"), outcome.output()));
    }

    /** The script in a checkout that holds nothing else, so that everything is out of date. */
    private Path checkout() throws IOException {
        Path root = Files.createDirectories(directory.resolve("a checkout"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        return Files.copy(SCRIPT, root.resolve("holdfast"));
    }

    private Path executable(String name, String script) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.resolve("..").normalize());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }
}
