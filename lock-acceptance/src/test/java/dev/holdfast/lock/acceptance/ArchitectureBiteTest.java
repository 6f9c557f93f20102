package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule of {@link ArchitectureRules} finds the defects that are planted against it. */
@Tag("A8")
class ArchitectureBiteTest {
    @TempDir
    Path directory;

    private JavaClasses planted(String fixture) throws IOException {
        Fixtures.compile("architecture/" + fixture, directory);
        return new ClassFileImporter().importPath(directory);
    }

    private void bites(ArchRule rule, String fixture, String... complaints) throws IOException {
        EvaluationResult result = rule.evaluate(planted(fixture));
        List<String> found = result.getFailureReport().getDetails();
        for (String complaint : complaints) {
            assertTrue(found.stream().anyMatch(f -> f.contains(complaint)), () -> complaint + " not in " + found);
        }
        assertEquals(complaints.length, found.size(), () -> "more than was planted: " + found);
    }

    @Test
    void everyWayToReadAWallClockIsFound() throws IOException {
        bites(
                ArchitectureRules.wallClockInTwoClasses(),
                "wall-clock",
                "Clocks.millis()",
                "Clocks.reference()",
                "Clocks.instant()",
                "Clocks.instantReference()",
                "Clocks.local()",
                "Clocks.clock()",
                "Clocks.date()",
                "Clocks.calendar()");
    }

    @Test
    void bothWaysToSleepAreFound() throws IOException {
        bites(ArchitectureRules.noSleep(), "sleep", "Sleeper.thread()", "Sleeper.unit()");
    }

    @Test
    void synchronizedMethodsAndBlocksAreFound() throws IOException {
        bites(ArchitectureRules.noMonitors(), "monitor", "Monitored.method()", "Monitored.block()");
    }

    @Test
    void aCycleOfPackagesIsFound() throws IOException {
        bites(ArchitectureRules.noCycles(), "cycle", "Cycle detected");
    }

    @Test
    void anApiThatKnowsABackendIsFound() throws IOException {
        bites(ArchitectureRules.apiKnowsNoBackend(), "api-knows-backend", "Shortcut.backend");
    }

    @Test
    void aBackendThatUsesAnotherIsFound() throws IOException {
        bites(ArchitectureRules.backendsStandAlone(), "backends-stand-alone", "Borrower.lender");
    }

    @Test
    void aSecondPublicClassIsFound() throws IOException {
        assertEquals(List.of("PlantedDriver"), ArchitectureTest.publicTypesBesides(planted("public-class")));
    }

    @Test
    void aPackageWithoutNullMarkedIsFound() throws IOException {
        assertEquals(Set.of("dev.holdfast.lock.bare"), ArchitectureTest.packagesNotNullMarked(planted("null-marked")));
    }

    @Test
    void anEmptyScanIsNoPass() {
        JavaClasses nothing = new ClassFileImporter().importPath(directory);
        AssertionError error = assertThrows(
                AssertionError.class, () -> ArchitectureRules.noSleep().check(nothing));
        assertTrue(error.getMessage().contains("failed to check any classes"), error.getMessage());
    }
}
