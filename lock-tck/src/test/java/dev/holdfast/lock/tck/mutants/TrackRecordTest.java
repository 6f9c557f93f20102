package dev.holdfast.lock.tck.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.tck.LockTck;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/track-record.md cites exists. */
class TrackRecordTest {
    private static final Pattern TEST = Pattern.compile("`([a-z]\\d+_\\w+)`");
    private static final Pattern MUTANT =
            Pattern.compile("\\b(?:engine|memory|redis|etcd|zookeeper|postgres|postgres-advisory)/[a-z]+(?:-[a-z]+)+");

    private final SourceTree tree = SourceTree.here();

    private Set<String> cited(Pattern pattern) throws IOException {
        Path page = tree.module("lock-tck").resolve("../docs/track-record.md");
        // Addresses on the web look like mutants.
        Matcher matcher = pattern.matcher(Files.readString(page).replaceAll("https://\\S+", ""));
        Set<String> found = new TreeSet<>();
        while (matcher.find()) {
            found.add(matcher.group(matcher.groupCount()));
        }
        assertTrue(found.size() > 20, "found only " + found);
        return found;
    }

    @Test
    void everyTestExists() throws IOException {
        Set<String> missing = cited(TEST);
        missing.removeAll(
                Arrays.stream(LockTck.class.getMethods()).map(Method::getName).collect(Collectors.toSet()));
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyMutantExists() throws IOException {
        Set<String> missing = cited(MUTANT);
        missing.removeAll(Stream.of("lock-tck", "lock-acceptance")
                .flatMap(module -> Mutant.below(tree.module(module).resolve("src/test/resources/mutants")).stream())
                .map(Mutant::id)
                .collect(Collectors.toSet()));
        assertEquals(Set.of(), missing);
    }
}
