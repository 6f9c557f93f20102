package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Faults, the tests that bring them about, and docs/faults.md say the same. */
class FaultTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().endsWith("lock-tck") ? Path.of("..") : Path.of("");
    private static final Pattern ROW =
            Pattern.compile("^\\| ([a-z-]+) \\| ([^|]+) \\| [^|]+ \\| (`[^|]+`) \\|$", Pattern.MULTILINE);

    private static String testsOf(Fault fault) {
        return Arrays.stream(LockTck.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Injects.class)
                        && Arrays.asList(method.getAnnotation(Injects.class).value())
                                .contains(fault))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "));
    }

    @Test
    void everyFaultStandsInTheDocumentationWithItsTests() throws IOException {
        Map<String, List<String>> documented = new LinkedHashMap<>();
        Matcher row = ROW.matcher(Files.readString(ROOT.resolve("docs/faults.md")));
        while (row.find()) {
            documented.put(row.group(1), List.of(row.group(2), row.group(3)));
        }
        Map<String, List<String>> here = new LinkedHashMap<>();
        for (Fault fault : Fault.values()) {
            String what =
                    Character.toUpperCase(fault.what().charAt(0)) + fault.what().substring(1);
            here.put(fault.toString(), List.of(what, testsOf(fault)));
        }
        assertEquals(here, documented);
    }

    @Test
    void titlesFitIntoAColumn() {
        for (Fault fault : Fault.values()) {
            assertTrue(fault.title().length() <= 32, fault.title());
        }
    }

    @Test
    void memoryBringsAboutWhatNeedsNothingAndSaysWhyNotTheOthers() {
        LockHarness memory = new MemoryHarness();
        assertTrue(memory.impossible(Fault.INTERRUPTS).isEmpty());
        assertTrue(memory.impossible(Fault.SESSION_ENDED).isEmpty());
        assertEquals(
                "other processes cannot reach this store",
                memory.impossible(Fault.HOLDER_KILLED).orElseThrow());
        assertEquals(
                "the memory of this JVM evicts nothing",
                memory.impossible(Fault.EVICTION).orElseThrow());
    }

    @Test
    void resultsKnowWhatBecameOfEachFault() throws NoSuchMethodException {
        RuleResults results = new RuleResults();
        results.add(StormTck.class.getMethod("w3_aThousandInterruptedWaitsLeaveNothing"), null);
        results.add(
                LinkFaultTck.class.getMethod("s4_slowLinkShortensTheLease"),
                new AssertionFailedError("held\nand more"));
        results.add(
                StoreFaultTck.class.getMethod("f6_successorIsSafeAfterAnEviction"),
                new NotApplicable("evicts nothing"));
        assertEquals(RuleResult.PASS, results.verdict(Fault.INTERRUPTS).result());
        assertEquals(
                new RuleResults.FaultVerdict(Fault.SLOW_LINK, RuleResult.FAIL, "s4_slowLinkShortensTheLease: held"),
                results.verdict(Fault.SLOW_LINK));
        assertEquals("evicts nothing", results.verdict(Fault.EVICTION).detail());
        assertEquals(RuleResult.MISSING, results.verdict(Fault.STORE_STOPPED).result());
        assertEquals(Fault.values().length, results.faultVerdicts().size());
    }
}
