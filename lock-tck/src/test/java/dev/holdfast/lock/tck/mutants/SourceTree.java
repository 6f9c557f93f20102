package dev.holdfast.lock.tck.mutants;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the sources of the modules are: the directory above the module that is being tested. */
final class SourceTree {
    private final Path root;

    SourceTree(Path root) {
        this.root = root;
    }

    /** The one that the tests run in. */
    static SourceTree here() {
        Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            if (Files.isDirectory(directory.resolve("lock-api/src/main/java"))) {
                return new SourceTree(directory);
            }
        }
        throw new IllegalStateException("no lock-api/src/main/java above " + start);
    }

    Path module(String name) {
        return root.resolve(name);
    }

    /** A main source or resource of a module. */
    Path source(String module, String file) {
        String below = file.endsWith(".java") ? "src/main/java" : "src/main/resources";
        return module(module).resolve(below).resolve(file);
    }

    /** What this JVM loads classes from, in order. */
    static List<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }
}
