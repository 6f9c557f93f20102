package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The code in docs/writing-a-driver.md stands in examples/file-driver, which ThirdPartyDriverIT compiles and runs. */
@Tag("A8")
class GuideTest {
    private static final Pattern BLOCK = Pattern.compile("```(?:java|xml)\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyExampleOfTheGuideStandsInTheExampleProject() throws IOException {
        String guide = Files.readString(Modules.root().resolve("docs/writing-a-driver.md"));
        String example = squeezed(sources(Modules.root().resolve("examples/file-driver")));
        List<String> missing = new ArrayList<>();
        int blocks = 0;
        for (Matcher block = BLOCK.matcher(guide); block.find(); blocks++) {
            if (!example.contains(squeezed(block.group(1)))) {
                missing.add(block.group(1));
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(blocks >= 5, "only " + blocks + " examples found");
    }

    private static String sources(Path project) throws IOException {
        List<String> texts = new ArrayList<>();
        texts.add(Files.readString(project.resolve("pom.xml")));
        try (Stream<Path> files = Files.walk(project.resolve("src"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                texts.add(Files.readString(file));
            }
        }
        return String.join("\n", texts);
    }

    private static String squeezed(String code) {
        return code.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }
}
