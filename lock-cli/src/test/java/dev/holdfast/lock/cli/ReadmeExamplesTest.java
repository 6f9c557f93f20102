package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every example of the README compiles as it stands and, unless it is a class, runs to its end with the memory store in
 * place of the store in its URL.
 */
class ReadmeExamplesTest {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern EXAMPLE = Pattern.compile("(?s)\n```java\n(.*?)\n```\n");
    private static final Pattern STORE = Pattern.compile("\"(redis|etcd|zookeeper|postgresql)://[^\"?]*");
    private static final Pattern SECRET = Pattern.compile("[?&]passwordFile=[^\"&]*");
    private static final String GIVEN =
            """
            import dev.holdfast.lock.*;
            import dev.holdfast.lock.memory.*;
            import dev.holdfast.lock.tck.*;
            import java.time.Duration;
            import java.util.*;
            import static dev.holdfast.lock.cli.ReadmePrelude.*;
            """;

    @TempDir
    private Path directory;

    static List<String> examples(Path page) throws IOException {
        return EXAMPLE.matcher(Files.readString(page))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> examplesCompileAndRun() throws IOException {
        List<String> examples = examples(ROOT.resolve("README.md"));
        assertTrue(examples.size() >= 4, "the README has examples");
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.lines().findFirst().orElse("empty"),
                        () -> compileAndRun(example, "Example" + examples.indexOf(example))));
    }

    private void compileAndRun(String example, String name) throws Exception {
        Path sources = Files.createDirectories(directory.resolve(name));
        boolean isClass =
                Pattern.compile("(?m)^(public |final )*class ").matcher(example).find();
        String text = isClass ? example : asMethod(example, name);
        Path source = Files.writeString(
                sources.resolve((isClass ? className(example) : name) + ".java"), isClass ? GIVEN + "\n" + text : text);
        compile(source, sources);
        if (!isClass) {
            run(sources, name);
        }
    }

    private static String asMethod(String example, String name) {
        String imports =
                example.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body =
                example.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        String onMemory = STORE.matcher(SECRET.matcher(body).replaceAll("")).replaceAll("\"memory:readme-" + name);
        return GIVEN + "\n" + imports + "\npublic class " + name + " {\npublic static void run() throws Exception {\n"
                + onMemory + "\n}\n}\n";
    }

    private static String className(String example) {
        return Pattern.compile("class (\\w+)")
                .matcher(example)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    static void compile(Path source, Path into) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("-d", into.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
            boolean compiled = compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
                    .call();
            assertTrue(compiled, messages + "\n" + Files.readString(source));
        }
    }

    private static void run(Path classes, String name) throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, ReadmeExamplesTest.class.getClassLoader())) {
            loader.loadClass(name).getMethod("run").invoke(null);
        }
    }

    @Test
    void linksLeadToFiles() throws IOException {
        List<String> broken = new ArrayList<>();
        Pattern.compile("]\\(([^)#]+)\\)")
                .matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .filter(link -> !Files.exists(ROOT.resolve(link)))
                .forEach(broken::add);

        assertEquals(List.of(), broken);
    }

    @Test
    void readmeStaysShortAndHasItsTable() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));

        assertTrue(lines.size() <= 250, lines.size() + " lines");
        assertEquals(
                ROOT.resolve("README.md"),
                ReadmeTable.in(ROOT.resolve("README.md")).file());
    }
}
