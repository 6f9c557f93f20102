package dev.holdfast.lock.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Looks for the program of a command before a lock is acquired for it. */
final class Program {
    private Program() {}

    /** Why the program cannot be started, as {@code env} tells it: 126, 127, or empty if it can. */
    static OptionalInt problem(String program, String searchPath) {
        List<Path> candidates = candidates(program, searchPath);
        if (candidates.stream().anyMatch(file -> Files.isExecutable(file) && !Files.isDirectory(file))) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(
                candidates.stream().anyMatch(Files::exists) ? ExitStatus.NOT_EXECUTABLE : ExitStatus.NOT_FOUND);
    }

    private static List<Path> candidates(String program, String searchPath) {
        try {
            if (program.contains("/")) {
                return List.of(Path.of(program));
            }
            return program.isEmpty()
                    ? List.of()
                    : Arrays.stream(searchPath.split(File.pathSeparator, -1))
                            .map(directory -> Path.of(directory, program))
                            .toList();
        } catch (InvalidPathException e) {
            return List.of(); // a name that no file can have
        }
    }
}
