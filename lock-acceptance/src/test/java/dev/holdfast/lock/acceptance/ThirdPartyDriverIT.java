package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Somebody else's driver: {@code examples/file-driver}, a project of its own, is built and put through the kit by Maven
 * with a local repository that has nothing but lock-api, lock-tck and their parent. The kit is green; on a copy with a
 * planted defect it is red, and names the rule.
 */
@Tag("A8")
class ThirdPartyDriverIT {
    private static final String VERSION = "0.1.0-SNAPSHOT";
    private static final int MINUTES = 6;
    private static final Path HERE = Modules.root().resolve("lock-acceptance/target/third-party");
    private static final Path REPOSITORY = HERE.resolve("repository");
    private static final Path SETTINGS = HERE.resolve("settings.xml");

    /** What {@code mvn install} would put there, but without a build inside the running build. */
    @BeforeAll
    static void installIntoAnEmptyRepository() throws IOException {
        MavenRun.empty(HERE);
        Path parent = Files.createDirectories(REPOSITORY.resolve("dev/holdfast/holdfast/" + VERSION));
        Files.copy(Modules.root().resolve("pom.xml"), parent.resolve("holdfast-" + VERSION + ".pom"));
        for (String module : List.of("lock-api", "lock-tck")) {
            Path directory = Modules.root().resolve(module);
            Path target = Files.createDirectories(REPOSITORY.resolve("dev/holdfast/" + module + "/" + VERSION));
            Path jar = directory.resolve("target/" + module + "-" + VERSION + ".jar");
            assertTrue(Files.exists(jar), jar + " is missing: package the whole project, not only this module");
            Files.copy(jar, target.resolve(jar.getFileName()));
            Files.copy(directory.resolve("pom.xml"), target.resolve(module + "-" + VERSION + ".pom"));
        }
        // What is not ours comes from the repository of this build, as from a server: nothing is downloaded twice.
        Files.writeString(
                SETTINGS,
                "<settings><mirrors><mirror><id>this-build</id><mirrorOf>*</mirrorOf><url>"
                        + MavenRun.localRepository().toUri() + "</url></mirror></mirrors></settings>");
    }

    /** If this fails, a third party cannot use the kit, or the example is wrong: see target/third-party/green. */
    @Test
    void theKitIsGreenForADriverOfSomebodyElse() throws Exception {
        Path project = copyOfTheExample("green");
        Map<String, String> verdicts = new TreeMap<>();
        MavenRun run = kit(project, "FileTckTest", verdicts);
        assertEquals(0, run.exitCode(), run.output());
        assertEquals(Map.of(), only("fail", verdicts));
        assertEquals(Map.of(), only("missing", verdicts));
        assertTrue(only("pass", verdicts).size() >= 30, () -> "passed: " + only("pass", verdicts));
        for (String rule :
                List.of("S1", "S2", "S4", "S5", "S6", "S7", "S10", "L1", "L3", "L5", "F2", "N1", "P1", "X1")) {
            assertEquals("pass", verdicts.get(rule), rule);
        }
    }

    /** If this fails, the kit does not see a release that compares nothing, or blames another rule for it. */
    @Test
    void theKitIsRedForABrokenCopyOfIt() throws Exception {
        Path project = copyOfTheExample("red");
        Path driver = project.resolve("src/main/java/org/example/filelock/FileDriver.java");
        String source = Files.readString(driver);
        String compared = "boolean held = file.isHeldBy(grant.id(), grant.token());";
        assertTrue(source.contains(compared), "the planted defect does not fit the example any more");
        Files.writeString(driver, source.replace(compared, "boolean held = file.holder().isPresent();"));
        Map<String, String> verdicts = new TreeMap<>();
        MavenRun run = kit(project, "FileTckTest#s5*+s6*+f1*+f2*", verdicts);
        assertNotEquals(0, run.exitCode(), run.output());
        assertEquals(Map.of("S5", "fail"), only("fail", verdicts));
        assertTrue(run.output().contains("s5_release"), run.output());
    }

    private static Path copyOfTheExample(String name) throws IOException {
        Path from = Modules.root().resolve("examples/file-driver");
        Path to = Files.createDirectories(HERE.resolve(name));
        for (String part : List.of("pom.xml", "src")) {
            try (Stream<Path> files = Files.walk(from.resolve(part))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path copy = to.resolve(from.relativize(file).toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
        return to;
    }

    /** Runs these tests of the example, and reads the verdict on each rule from the report of the kit. */
    private static MavenRun kit(Path project, String tests, Map<String, String> verdicts)
            throws IOException, InterruptedException {
        Path report = project.resolve("verdicts.tsv");
        MavenRun run = MavenRun.in(
                project,
                MINUTES,
                List.of(
                        "-s",
                        SETTINGS.toString(),
                        "-Dmaven.repo.local=" + REPOSITORY,
                        "-Dholdfast.tck.report=" + report,
                        "-Dholdfast.tck.contention.millis=1000",
                        "-Dtest=" + tests,
                        "test"));
        assertTrue(Files.exists(report), () -> "the kit has not run:\n" + run.output());
        assertFalse(run.output().contains("/lock-api/target/classes"), "the example was built in the reactor");
        for (String line : Files.readAllLines(report)) {
            String[] column = line.split("\t", -1);
            verdicts.put(column[1], column[2]);
        }
        return run;
    }

    private static Map<String, String> only(String result, Map<String, String> verdicts) {
        return verdicts.entrySet().stream()
                .filter(each -> each.getValue().equals(result))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
