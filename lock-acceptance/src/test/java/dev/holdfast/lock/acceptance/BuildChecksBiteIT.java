package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void aCleanModuleIsBuilt() throws Exception {
        MavenRun build = build("clean");
        assertEquals(0, build.exitCode(), build.output());
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
        MavenRun build = build(defect);
        assertNotEquals(0, build.exitCode(), () -> "the build went through in spite of the defect " + defect);
        assertTrue(build.output().contains(says), () -> "no '" + says + "' in\n" + build.output());
        assertTrue(build.output().contains(check), () -> "no '" + check + "' in\n" + build.output());
    }

    private static MavenRun build(String fixture) throws IOException, InterruptedException {
        // Inside the project, where Maven finds the parent and the options of its own JVM.
        Path directory = Modules.root().resolve("lock-acceptance/target/checks").resolve(fixture);
        MavenRun.empty(directory);
        Fixtures.copy("checks/clean", directory);
        if (!fixture.equals("clean")) {
            Path defect = Path.of("src/main/java/dev/holdfast/planted/Planted.java");
            Files.delete(directory.resolve(defect));
            Fixtures.copy("checks/" + fixture, directory);
        }
        return MavenRun.in(
                directory, MINUTES, List.of("-o", "-Dmaven.repo.local=" + MavenRun.localRepository(), "compile"));
    }
}
