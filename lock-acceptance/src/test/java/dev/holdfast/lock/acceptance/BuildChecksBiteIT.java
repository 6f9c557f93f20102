package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The checks of the build stop it: a small module with this project as its parent is built by Maven itself, once clean
 * and once for each planted defect.
 */
@Tag("A8")
class BuildChecksBiteIT {
    private static final int MINUTES = 3;

    /** Exit code and output of a build. */
    private record Build(int exitCode, String output) {}

    @Test
    void aCleanModuleIsBuilt() throws Exception {
        Build build = build("clean");
        assertEquals(0, build.exitCode, build.output);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    lint        | warnings found and -Werror specified | unchecked conversion
                    error-prone | Planted.java                         | [FutureReturnValueIgnored]
                    nullaway    | Planted.java                         | [NullAway]
                    format      | Planted.java                         | format violations
                    """)
    void aPlantedDefectStopsTheBuild(String defect, String says, String check) throws Exception {
        Build build = build(defect);
        assertNotEquals(0, build.exitCode, () -> "the build went through in spite of the defect " + defect);
        assertTrue(build.output.contains(says), () -> "no '" + says + "' in\n" + build.output);
        assertTrue(build.output.contains(check), () -> "no '" + check + "' in\n" + build.output);
    }

    private static Build build(String fixture) throws IOException, InterruptedException {
        // Inside the project, where Maven finds the parent and the options of its own JVM.
        Path directory = Modules.root().resolve("lock-acceptance/target/checks").resolve(fixture);
        delete(directory);
        Fixtures.copy("checks/clean", directory);
        if (!fixture.equals("clean")) {
            Path defect = Path.of("src/main/java/dev/holdfast/planted/Planted.java");
            Files.delete(directory.resolve(defect));
            Fixtures.copy("checks/" + fixture, directory);
        }
        List<String> command = new ArrayList<>(List.of(maven(), "-B", "-o", "-f", directory.toString()));
        property("maven.repo.local").ifPresent(local -> command.add("-Dmaven.repo.local=" + local));
        command.add("compile");
        Path log = directory.resolve("build.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        // The tests may run on another JDK than the build, whose checks do not work on every one.
        property("holdfast.build.java.home")
                .ifPresent(home -> builder.environment().put("JAVA_HOME", home));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(MINUTES, TimeUnit.MINUTES), () -> command + " takes too long");
            return new Build(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    private static String maven() {
        return property("maven.home")
                .map(home -> Path.of(home, "bin", "mvn").toString())
                .orElse("mvn");
    }

    private static Optional<String> property(String name) {
        return Optional.ofNullable(System.getProperty(name)).filter(value -> !value.isEmpty());
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
