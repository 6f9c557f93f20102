package dev.holdfast.lock.tck.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MutantTest {
    private static final String TEXT =
            """
            rules: S4 D2
            also: S8
            module: lock-api
            file: a/A.java
            why: It is wrong.
            says: one thing
            says: another
            --- find
            int a = 1;
            int b = 2;
            --- replace
            int a = 2;
            --- find
            return a;
            --- replace
            --- file a/B.java
            --- find
            b
            --- replace
            c
            """;

    @Test
    void isReadFromItsFile() {
        Mutant mutant = Mutant.parse("engine/x", TEXT);
        assertEquals(Set.of("S4", "D2"), mutant.rules());
        assertEquals(Set.of("S8"), mutant.also());
        assertEquals(List.of("one thing", "another"), mutant.says());
        assertEquals(Set.of("a/A.java", "a/B.java"), mutant.files());
        assertEquals("{int a = 2;\n}", mutant.applyTo("a/A.java", "{int a = 1;\nint b = 2;\nreturn a;}"));
        assertEquals("acd", mutant.applyTo("a/B.java", "abd"));
    }

    @Test
    void rotsWhenItsTextIsGone() {
        AssertionError rotten = assertThrows(
                AssertionError.class, () -> Mutant.parse("engine/x", TEXT).applyTo("a/B.java", "nothing like it"));
        assertTrue(rotten.getMessage().contains("engine/x has rotted"), rotten.getMessage());
    }

    @Test
    void isAmbiguousWhenItsTextOccursTwice() {
        AssertionError twice = assertThrows(
                AssertionError.class, () -> Mutant.parse("engine/x", TEXT).applyTo("a/B.java", "bb"));
        assertTrue(twice.getMessage().contains("ambiguous"), twice.getMessage());
    }

    @Test
    void mustChangeSomething() {
        String nothing = TEXT.replace("\nc\n", "\nb\n");
        assertThrows(AssertionError.class, () -> Mutant.parse("x", nothing).applyTo("a/B.java", "abc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rules", "module", "file", "why", "says"})
    void lacksNoHeader(String key) {
        String without = TEXT.replaceAll("(?m)^" + key + ": .*\n", "");
        IllegalArgumentException malformed =
                assertThrows(IllegalArgumentException.class, () -> Mutant.parse("x", without));
        assertTrue(malformed.getMessage().contains("'" + key + ":'"), malformed.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rules: S1\nhm: x\n--- find\na\n--- replace\nb\n", "rules: S1\n", "rules: S1\n--- find\na\n"})
    void aMalformedFileIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Mutant.parse("x", text));
    }
}
