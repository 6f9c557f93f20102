package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every source of the project is as short and as clean as the house rules say. */
@Tag("A8")
class TidyTest {
    private static final int SOURCES_AT_LEAST = 150;

    @Test
    void sourcesAreTidy() throws IOException {
        List<String> complaints = new ArrayList<>();
        int scanned = 0;
        for (String module : Modules.SOURCES) {
            Path src = Modules.root().resolve(module).resolve("src");
            for (String part : List.of("main", "test")) {
                boolean runtime = part.equals("main") && Modules.RUNTIME.contains(module);
                for (Path file : TidyScanner.sources(src.resolve(part))) {
                    String name = Modules.root().relativize(file).toString();
                    complaints.addAll(TidyScanner.complaints(name, Files.readAllLines(file), runtime));
                    scanned++;
                }
            }
        }
        assertEquals("", String.join("\n", complaints));
        assertTrue(scanned >= SOURCES_AT_LEAST, "only " + scanned + " sources were scanned");
    }
}
