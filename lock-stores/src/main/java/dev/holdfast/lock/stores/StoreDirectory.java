package dev.holdfast.lock.stores;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The temporary directory of one store and the janitor process that owns it: whatever runs in the directory is killed
 * and the directory removed as soon as this object is closed or this JVM is gone (see the package's overview).
 */
final class StoreDirectory implements AutoCloseable {
    private static final String SCRIPT = Commands.resource("janitor.sh");
    private static final long CLOSE_SECONDS = 15;

    private final Path path;
    private final Process janitor;

    private StoreDirectory(Path path, Process janitor) {
        this.path = path;
        this.janitor = janitor;
    }

    static StoreDirectory create(StoreKind kind) {
        String name = "holdfast-" + kind.scheme() + "-" + UUID.randomUUID();
        List<String> command = new ArrayList<>();
        // A session of its own: Ctrl-C, or a kill of the JVM's process group, must not take the janitor along.
        Commands.onPath("setsid").ifPresent(setsid -> command.add(setsid.toString()));
        try {
            Path path =
                    Path.of(System.getProperty("java.io.tmpdir")).toRealPath().resolve(name);
            command.addAll(List.of("sh", "-c", SCRIPT, "holdfast-janitor", path.toString()));
            ProcessBuilder builder = new ProcessBuilder(command);
            Process janitor = builder.redirectErrorStream(true).start();
            BufferedReader output = janitor.inputReader(StandardCharsets.UTF_8);
            String answer = output.readLine();
            if (!"ready".equals(answer)) {
                throw new StoreException("cannot make " + path + ": " + answer);
            }
            return new StoreDirectory(path, janitor);
        } catch (IOException e) {
            throw new StoreException("cannot make a directory for " + kind.scheme() + ": " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    Path data() {
        return path.resolve("data");
    }

    Path log() {
        return path.resolve("log");
    }

    Path pidFile() {
        return path.resolve("pid");
    }

    /** The last lines the store printed; empty when there are none. */
    String logTail() {
        try {
            List<String> lines = new String(Files.readAllBytes(log()), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException noLogYet) {
            return "";
        }
    }

    /** Returns when the store is dead and the directory gone. */
    @Override
    public void close() {
        try {
            janitor.getOutputStream().close();
            if (!janitor.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new StoreException("the janitor of " + path + " did not end within " + CLOSE_SECONDS + " s");
            }
        } catch (IOException e) {
            throw new StoreException("cannot close " + path, e);
        } catch (InterruptedException e) {
            // The janitor goes on by itself.
            Thread.currentThread().interrupt();
        }
    }
}
