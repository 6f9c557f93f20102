package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the architecture, held against the classes that are shipped. */
@Tag("A8")
class ArchitectureTest {
    private static final Map<List<String>, JavaClasses> IMPORTED = new ConcurrentHashMap<>();

    private static JavaClasses classesOf(List<String> modules) {
        return IMPORTED.computeIfAbsent(modules, all -> new ClassFileImporter()
                .importPaths(all.stream().map(Modules::classes).toArray(Path[]::new)));
    }

    @Test
    void theScanIsNotEmpty() {
        for (String module : Modules.SHIPPED) {
            int found = classesOf(List.of(module)).size();
            assertTrue(found >= 4, module + " has only " + found + " classes: was it built?");
        }
        assertTrue(classesOf(Modules.SHIPPED).size() >= 100, "too few classes to be everything");
    }

    @Test
    void onlyTokenClockAndSuspendGuardReadAWallClock() {
        ArchitectureRules.wallClockInTwoClasses().check(classesOf(Modules.SHIPPED));
    }

    @Test
    void theTwoClassesWithAWallClockExist() {
        JavaClasses api = classesOf(List.of("lock-api"));
        assertTrue(api.contain("dev.holdfast.lock.spi.TokenClock"));
        assertTrue(api.contain("dev.holdfast.lock.SuspendGuard"));
    }

    @Test
    void nothingSleeps() {
        ArchitectureRules.noSleep().check(classesOf(Modules.SHIPPED));
    }

    @Test
    void nothingIsSynchronized() {
        ArchitectureRules.noMonitors().check(classesOf(Modules.SHIPPED));
    }

    @Test
    void packagesHaveNoCycles() {
        ArchitectureRules.noCycles().check(classesOf(Modules.ALL.subList(0, Modules.ALL.size() - 1)));
    }

    @Test
    void theApiAndTheKitKnowNoBackend() {
        ArchitectureRules.apiKnowsNoBackend().check(classesOf(Modules.SHIPPED));
    }

    @Test
    void backendsStandAlone() {
        ArchitectureRules.backendsStandAlone().check(classesOf(Modules.RUNTIME));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock-redis", "lock-etcd", "lock-zookeeper", "lock-postgres"})
    void aBackendHasOnePublicClassBesideItsGuard(String module) {
        assertEquals(List.of(), publicTypesBesides(classesOf(List.of(module))));
    }

    /** The public types of a backend that are too many: more than one provider, or more than one guard beside it. */
    static List<String> publicTypesBesides(JavaClasses backend) {
        List<String> providers = new ArrayList<>();
        List<String> guards = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (JavaClass type : backend) {
            if (type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC)) {
                String name = type.getSimpleName();
                (name.endsWith("Locks") ? providers : name.endsWith("Guard") ? guards : others).add(name);
            }
        }
        if (providers.size() != 1) {
            others.add("providers: " + providers);
        }
        if (guards.size() > 1) {
            others.add("guards: " + guards);
        }
        return others;
    }

    @Test
    void everyPackageIsNullMarked() {
        assertEquals(Set.of(), packagesNotNullMarked(classesOf(Modules.ALL.subList(0, Modules.ALL.size() - 1))));
    }

    /** Packages with classes whose package-info does not say {@code @NullMarked}. */
    static Set<String> packagesNotNullMarked(JavaClasses classes) {
        Set<String> names = classes.stream()
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new));
        names.removeIf(name -> isNullMarked(classes.getPackage(name)));
        return names;
    }

    private static boolean isNullMarked(JavaPackage found) {
        return found.isAnnotatedWith("org.jspecify.annotations.NullMarked");
    }
}
