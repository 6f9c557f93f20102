package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scanner of {@link TidyTest} finds every defect that is planted in the fixture, and nothing else. */
@Tag("A8")
class TidyBiteTest {
    private static final Pattern LINE = Pattern.compile("^Untidy\\.java:(\\d+) ");

    private static Set<Integer> linesFound(boolean runtime) throws IOException {
        Set<Integer> found = new TreeSet<>();
        for (String complaint : TidyScanner.complaints("Untidy.java", Fixtures.lines("tidy/Untidy.java"), runtime)) {
            Matcher line = LINE.matcher(complaint);
            assertTrue(line.find(), complaint);
            found.add(Integer.valueOf(line.group(1)));
        }
        return found;
    }

    @Test
    void everyDefectOfRuntimeCodeIsFound() throws IOException {
        assertEquals(Set.of(4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 19), linesFound(true));
    }

    @Test
    void codeOfToolsAndTestsMayPrintAndExit() throws IOException {
        assertEquals(Set.of(5, 6, 7, 8, 10, 19), linesFound(false));
    }

    @Test
    void aLongFileIsFound() {
        List<String> lines = Collections.nCopies(301, "");
        assertEquals(1, TidyScanner.complaints("Long.java", lines, true).size());
        assertEquals(List.of(), TidyScanner.complaints("Short.java", lines.subList(0, 300), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "final class LockImpl {",
                "class LockUtils {",
                "record LeaseHelper() {",
                "class LeaseManager {",
                "abstract class BaseDriver {",
                "class DefaultDriver {",
                "interface ILock {"
            })
    void namesThatSayNothingAreFound(String line) {
        assertEquals(1, TidyScanner.complaints("Name.java", List.of(line), true).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"interface Inspector {", "record IOFailure() {", "class Basis {", "final class Based {"})
    void goodNamesAreNot(String line) {
        assertEquals(List.of(), TidyScanner.complaints("Name.java", List.of(line), true));
    }
}
