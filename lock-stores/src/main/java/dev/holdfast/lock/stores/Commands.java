package dev.holdfast.lock.stores;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Short commands of the system. */
final class Commands {
    private static final long LIMIT_SECONDS = 120;

    private Commands() {}

    /** Runs to the end and returns what was printed; a status other than 0 is an error that carries it. */
    static String run(List<String> command) {
        return run(command, InputStream.nullInputStream());
    }

    static String run(List<String> command, InputStream input) {
        Result result = execute(command, input);
        if (result.status != 0) {
            throw new StoreException(shown(command) + " ended with status " + result.status + ": " + result.output);
        }
        return result.output;
    }

    /** Whether the command can be run and ends with status 0. */
    static boolean succeeds(List<String> command) {
        try {
            return execute(command, InputStream.nullInputStream()).status == 0;
        } catch (StoreException notThere) {
            return false;
        }
    }

    /** The first executable of this name on {@code PATH}. */
    static Optional<Path> onPath(String name) {
        return path().map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Stream<Path> path() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(path.split(":", -1)).filter(d -> !d.isEmpty()).map(Path::of);
    }

    static List<String> join(List<String> first, String... rest) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(rest));
        return all;
    }

    private record Result(int status, String output) {}

    private static Result execute(List<String> command, InputStream input) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(Path.of("/").toFile()).environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            CompletableFuture<Process> ended = process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS);
            ended.exceptionally(tooLong -> process.destroyForcibly());
            boolean fed = feed(process, input);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int status = process.waitFor();
            return new Result(status == 0 && !fed ? -1 : status, output);
        } catch (IOException e) {
            throw new StoreException(shown(command) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while running " + shown(command), e);
        }
    }

    /** False when the command ended before it had read everything; its status and output tell why. */
    private static boolean feed(Process process, InputStream input) {
        try (OutputStream stdin = process.getOutputStream()) {
            input.transferTo(stdin);
            return true;
        } catch (IOException endedEarly) {
            return false;
        }
    }

    /** A script given to {@code sh -c} is long and of no use in a message. */
    private static String shown(List<String> command) {
        List<String> words = new ArrayList<>(command);
        words.replaceAll(word -> word.contains("\n") ? "'...'" : word);
        return String.join(" ", words);
    }

    /** A text resource beside this class. */
    static String resource(String name) {
        try (InputStream in = Commands.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new StoreException("lock-stores is incomplete: resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new StoreException("cannot read resource " + name, e);
        }
    }
}
