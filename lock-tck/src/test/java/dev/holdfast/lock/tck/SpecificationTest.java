package dev.holdfast.lock.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Specification, rules, tests and citations say the same. */
class SpecificationTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().endsWith("lock-tck") ? Path.of("..") : Path.of("");
    private static final Pattern RULE = Pattern.compile("\\*\\*([A-Z]\\d+)\\.\\*\\* (.*?)\\\\ \\*Intent\\.\\* (.*)");
    private static final Pattern BASIS =
            Pattern.compile("\\\\ \\*(deterministic|stochastic|untestable)(?:: (.*))? · (engine|driver) · "
                    + "(one JVM|processes|process control|members|lost replies) · (MUST|claim [A-Z_]+)\\*$");
    private static final Pattern CITED =
            Pattern.compile("\\brules? ([A-Z]\\d+(?:(?:, | and | to )[A-Z]\\d+)*)|\\(([SLFRDWNECPX]\\d+)\\)");

    private static Map<String, String> paragraphs() throws IOException {
        Map<String, String> rules = new LinkedHashMap<>();
        for (String paragraph :
                Files.readString(ROOT.resolve("docs/specification.md")).split("\n\n", -1)) {
            String text = paragraph.strip().replaceAll("\\s+", " ").replaceFirst("^<a id=\"\\w+\"></a>", "");
            Matcher rule = RULE.matcher(text);
            if (rule.matches()) {
                assertTrue(rules.put(rule.group(1), text) == null, "twice: " + rule.group(1));
            }
        }
        return rules;
    }

    @Test
    void specificationAndRulesHaveTheSameIdsInTheSameOrder() throws IOException {
        assertEquals(
                Arrays.stream(Rule.values()).map(Enum::name).toList(),
                List.copyOf(paragraphs().keySet()));
    }

    @Test
    void specificationAndRulesHaveTheSameSentences() throws IOException {
        Map<String, String> paragraphs = paragraphs();
        for (Rule rule : Rule.values()) {
            Matcher text = RULE.matcher(paragraphs.get(rule.name()));
            assertTrue(text.matches());
            assertEquals(text.group(2), rule.sentence(), rule.name());
            assertEquals(1, rule.sentence().split("MUST", -1).length - 1, rule + " has not exactly one MUST");
            assertTrue(rule.sentence().endsWith("."), rule.name());
        }
    }

    @Test
    void specificationAndRulesHaveTheSameBasis() throws IOException {
        Map<String, String> paragraphs = paragraphs();
        for (Rule rule : Rule.values()) {
            Matcher text = BASIS.matcher(paragraphs.get(rule.name()));
            assertTrue(text.find(), rule + ": " + paragraphs.get(rule.name()));
            Basis basis = rule.basis();
            assertEquals(text.group(1), plain(basis.evidence()), rule.name());
            assertEquals(text.group(2), basis.reason().orElse(null), rule.name());
            assertEquals(text.group(3), plain(basis.decidedBy()), rule.name());
            assertEquals(text.group(4).toLowerCase(Locale.ROOT), plain(basis.needs()), rule.name());
            assertEquals(
                    text.group(5), basis.claim().map(claim -> "claim " + claim).orElse("MUST"), rule.name());
            assertEquals(
                    rule.testable(), basis.reason().isEmpty(), rule + ": reason without untestable, or vice versa");
        }
    }

    private static String plain(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static List<Method> tests() {
        return Arrays.stream(LockTck.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .toList();
    }

    @Test
    void everyTestableRuleIsVerified() {
        Set<Rule> verified = tests().stream()
                .flatMap(
                        test -> Arrays.stream(test.getAnnotation(Verifies.class).value()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Rule.class)));
        Set<Rule> testable = Arrays.stream(Rule.values())
                .filter(Rule::testable)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Rule.class)));
        assertEquals(testable, verified);
    }

    @Test
    void everyTestIsNamedAfterARuleThatItVerifies() {
        assertTrue(tests().size() > 90, "found only " + tests().size() + " tests");
        for (Method test : tests()) {
            String id = test.getName().substring(0, test.getName().indexOf('_')).toUpperCase(Locale.ROOT);
            assertTrue(
                    Arrays.asList(test.getAnnotation(Verifies.class).value()).contains(Rule.valueOf(id)),
                    test.getName());
        }
    }

    @Test
    void everyTestSaysWhereToLookWhenItFails() throws IOException {
        List<String> silent = new ArrayList<>();
        for (Path file : sources(ROOT.resolve("lock-tck/src/main/java"))) {
            String[] parts = Files.readString(file).split("@Test\\n", -1);
            for (int i = 0; i + 1 < parts.length; i++) {
                String javadoc = parts[i].substring(parts[i].lastIndexOf("/**")).replaceAll("[\\s*]+", " ");
                if (!javadoc.contains("If this fails")) {
                    silent.add(file.getFileName() + ": " + javadoc);
                }
            }
        }
        assertEquals(List.of(), silent);
    }

    @Test
    void everyRuleThatJavadocCitesExists() throws IOException {
        Set<String> known = Arrays.stream(Rule.values()).map(Enum::name).collect(Collectors.toSet());
        Set<String> cited = new TreeSet<>();
        for (Path file : sources(ROOT.resolve("lock-api/src/main/java"))) {
            Matcher citation = CITED.matcher(Files.readString(file).replaceAll("\\n\\s*(\\*|//) ", " "));
            while (citation.find()) {
                String ids = citation.group(1) == null ? citation.group(2) : citation.group(1);
                cited.addAll(List.of(ids.split(", | and | to ", -1)));
            }
        }
        assertTrue(cited.containsAll(List.of("S2", "S6", "W3", "D1", "P4", "X1")), "found only " + cited);
        cited.removeAll(known);
        assertEquals(Set.of(), cited, "cited, but not in the specification");
    }

    private static List<Path> sources(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
