package dev.holdfast.lock.acceptance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A JDK with virtual threads, which need not be the one that runs the tests. */
final class ModernJava {
    private static final int VIRTUAL_THREADS_SINCE = 21;
    private static final List<String> WELL_KNOWN =
            List.of("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/java", "/opt/jdk");

    private ModernJava() {}

    /** Its {@code bin/java}: from {@code -Dholdfast.modern.java=HOME}, this JVM, JAVA_HOME... variables, or disk. */
    static Optional<Path> find() {
        List<Path> homes = new ArrayList<>();
        Optional.ofNullable(System.getProperty("holdfast.modern.java"))
                .filter(home -> !home.isEmpty())
                .map(Path::of)
                .ifPresent(homes::add);
        homes.add(Path.of(System.getProperty("java.home")));
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("JAVA_HOME")) {
                homes.add(Path.of(value));
            }
        });
        for (String directory : WELL_KNOWN) {
            homes.addAll(children(Path.of(directory)));
        }
        return homes.stream()
                .flatMap(home -> Stream.of(home, home.resolve("Contents/Home")))
                .filter(ModernJava::isModern)
                .map(home -> home.resolve("bin/java"))
                .findFirst();
    }

    private static List<Path> children(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    private static boolean isModern(Path home) {
        Path release = home.resolve("release");
        if (!new File(home.resolve("bin/java").toString()).canExecute() || !Files.isReadable(release)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(release)) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.replaceAll("[^0-9.]", "").split("\\.", -1)[0])
                    .anyMatch(major -> !major.isEmpty() && Integer.parseInt(major) >= VIRTUAL_THREADS_SINCE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + release, e);
        }
    }
}
