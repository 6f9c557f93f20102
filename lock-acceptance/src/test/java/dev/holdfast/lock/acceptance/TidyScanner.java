package dev.holdfast.lock.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What no compiler checks: length of files and lines, and words that have no place in a source. */
final class TidyScanner {
    private static final int LINES = 300;
    private static final int COLUMNS = 120;
    private static final Pattern SCANNED = Pattern.compile(".*\\.(java|lua|sql)");

    // Written in halves, or this file would not pass its own test.
    private static final Map<Pattern, String> EVERYWHERE = Map.of(
            Pattern.compile("\\bTO" + "DO\\b"), "do it now or write an issue",
            Pattern.compile("\\bFIX" + "ME\\b"), "fix it now or write an issue",
            Pattern.compile("\\bX" + "XX\\b"), "say what is wrong",
            Pattern.compile("@Dis" + "abled\\b"), "a test runs or goes",
            Pattern.compile("printStack" + "Trace"), "log it, or throw it",
            Pattern.compile("org\\.mock" + "ito"), "no mocks of a store");
    private static final Map<Pattern, String> RUNTIME = Map.of(
            Pattern.compile("System\\.(out|err)\\b"), "a library logs through SLF4J",
            Pattern.compile("Thread\\.sleep|TimeUnit\\.\\w+\\.sleep"), "wait for what must happen",
            Pattern.compile("System\\.currentTimeMillis"), "only in TokenClock and SuspendGuard",
            Pattern.compile("\\bsynchronized\\b"), "use a ReentrantLock",
            Pattern.compile("System\\.exit"), "a library does not end its process");
    private static final Pattern BAD_NAME = Pattern.compile("(class|interface|record|enum) (\\w*"
            + "(Impl|Util|Utils|Helper|Manager)|Base[A-Z]\\w*|Default[A-Z]\\w*|I[A-Z][a-z]\\w*)\\b");

    private TidyScanner() {}

    /** The sources below this directory. */
    static List<Path> sources(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> SCANNED.matcher(file.toString()).matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    /** What is wrong with this text of that name; runtime code of the library is held to more. */
    static List<String> complaints(String name, List<String> lines, boolean runtime) {
        List<String> complaints = new ArrayList<>();
        if (lines.size() > LINES) {
            complaints.add(name + " has " + lines.size() + " lines; at most " + LINES + ": split it");
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String where = name + ":" + (i + 1) + " ";
            if (line.codePointCount(0, line.length()) > COLUMNS) {
                complaints.add(where + "is longer than " + COLUMNS);
            }
            banned(line, EVERYWHERE, where, complaints);
            String code = line.strip();
            if (runtime && !code.startsWith("*") && !code.startsWith("//") && !code.startsWith("/*")) {
                if (!name.endsWith("SuspendGuard.java")) {
                    banned(code, RUNTIME, where, complaints);
                }
                names(code, where, complaints);
            }
        }
        return complaints;
    }

    private static void banned(String line, Map<Pattern, String> words, String where, List<String> complaints) {
        words.forEach((word, instead) -> {
            if (word.matcher(line).find()) {
                complaints.add(where + "has " + word + ": " + instead);
            }
        });
    }

    private static void names(String line, String where, List<String> complaints) {
        var name = BAD_NAME.matcher(line);
        if (name.find()) {
            complaints.add(where + "names a type " + name.group(2) + ": name what it does");
        }
    }
}
