package dev.holdfast.lock.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The modules of the project, and where they are. */
final class Modules {
    static final List<String> BACKENDS = List.of("redis", "etcd", "zookeeper", "postgres");

    /** Modules that applications run in production. */
    static final List<String> RUNTIME =
            List.of("lock-api", "lock-redis", "lock-etcd", "lock-zookeeper", "lock-postgres");

    /** Modules that are published. */
    static final List<String> SHIPPED =
            List.of("lock-api", "lock-redis", "lock-etcd", "lock-zookeeper", "lock-postgres", "lock-tck");

    static final List<String> ALL = List.of(
            "lock-api",
            "lock-redis",
            "lock-etcd",
            "lock-zookeeper",
            "lock-postgres",
            "lock-tck",
            "lock-stores",
            "lock-cli",
            "lock-acceptance");

    /** Those and the one that nothing here depends on, so that its classes may not have been built. */
    static final List<String> SOURCES =
            Stream.concat(ALL.stream(), Stream.of("lock-bench")).toList();

    private Modules() {}

    /** The directory of the whole project. */
    static Path root() {
        Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            if (Files.isDirectory(directory.resolve("lock-api/src/main/java"))) {
                return directory;
            }
        }
        throw new IllegalStateException("no lock-api/src/main/java above " + start);
    }

    /** The compiled main classes of a module. */
    static Path classes(String module) {
        Path classes = root().resolve(module).resolve("target/classes");
        if (!Files.isDirectory(classes)) {
            throw new IllegalStateException(classes + " is missing: build the whole project, not only this module");
        }
        return classes;
    }
}
