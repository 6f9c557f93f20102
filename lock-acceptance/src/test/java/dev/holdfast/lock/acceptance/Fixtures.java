package dev.holdfast.lock.acceptance;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Planted defects, kept as text so that no build and no check of the project takes them for its own. */
final class Fixtures {
    private static final String ENDING = ".txt";

    private Fixtures() {}

    static Path directory(String name) {
        Path directory = Modules.root()
                .resolve("lock-acceptance/src/test/resources/fixtures")
                .resolve(name);
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("no fixture " + directory);
        }
        return directory;
    }

    static List<String> lines(String file) throws IOException {
        Path path = Path.of(file);
        return Files.readAllLines(directory(String.valueOf(path.getParent())).resolve(path.getFileName() + ENDING));
    }

    /** Copies the files of a fixture, keeping its directories, without the ending that hid them. */
    static void copy(String name, Path target) throws IOException {
        Path from = directory(name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String relative = from.relativize(file).toString();
                Path copy = target.resolve(relative.substring(0, relative.length() - ENDING.length()));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    /** Compiles the Java files of a fixture, without any check, into this directory. */
    static void compile(String name, Path target) throws IOException {
        Path sources = Files.createDirectories(target.resolve("sources"));
        copy(name, sources);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("the JVM that runs the tests has no compiler: use a JDK, not a JRE");
        }
        StringWriter output = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> java = Files.walk(sources)) {
            List<Path> units = new ArrayList<>(
                    java.filter(file -> file.toString().endsWith(".java")).toList());
            List<String> options = List.of("--release", "17", "-proc:none", "-nowarn", "-d", target.toString());
            if (!compiler.getTask(output, files, null, options, null, files.getJavaFileObjectsFromPaths(units))
                    .call()) {
                throw new IllegalStateException("fixture " + name + " does not compile: " + output);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
