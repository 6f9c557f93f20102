package dev.holdfast.lock.acceptance;

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

/** One run of the Maven that builds this project, on the JDK that it runs on. */
record MavenRun(int exitCode, String output) {
    /** Runs Maven in this directory, with its output in {@code build.log} there. */
    static MavenRun in(Path directory, int minutes, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(maven(), "-B", "-f", directory.toString()));
        command.addAll(arguments);
        Path log = directory.resolve("build.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        // The tests may run on another JDK than the build, whose checks do not work on every one.
        property("holdfast.build.java.home")
                .ifPresent(home -> builder.environment().put("JAVA_HOME", home));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(minutes, TimeUnit.MINUTES), () -> command + " takes too long");
            return new MavenRun(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    /** The local repository of the build that runs these tests. */
    static Path localRepository() {
        return property("maven.repo.local")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".m2", "repository"));
    }

    /** A directory below {@code target} that is empty now. */
    static Path empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return Files.createDirectories(directory);
    }

    private static String maven() {
        return property("maven.home")
                .map(home -> Path.of(home, "bin", "mvn").toString())
                .orElse("mvn");
    }

    private static Optional<String> property(String name) {
        return Optional.ofNullable(System.getProperty(name)).filter(value -> !value.isEmpty());
    }
}
