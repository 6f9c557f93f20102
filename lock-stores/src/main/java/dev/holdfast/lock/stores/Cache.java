package dev.holdfast.lock.stores;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Directories that are dear to make and kept between runs: unpacked binaries, a database cluster to copy. Each appears
 * whole or not at all, also when several JVMs ask at once or one is killed while it fills.
 *
 * <p>{@code holdfast.stores.cache} names the place. By default root takes {@code /var/cache/holdfast-stores}, because
 * the account that runs PostgreSQL must be able to read it, and everybody else a directory below their own caches.
 */
final class Cache {
    /** In a child process that goes on without us, so that nothing half made stays behind. $1: target, $2...: free. */
    private static final String MAKE =
            """
            trap '' HUP INT TERM
            new="$1.new.$$"
            mkdir -m 755 "$new" && cd "$new" && { FILL
            } && mv "$new" "$1"
            status=$?
            rm -rf "$new"
            exit $status
            """;

    private static final Lock IN_THIS_JVM = new ReentrantLock();

    private final Path root;

    Cache(Settings settings) {
        root = settings.get("cache").map(Path::of).orElseGet(Cache::standardPlace);
    }

    private static Path standardPlace() {
        String home = System.getProperty("user.home");
        if (RunAs.isRoot()) {
            return Path.of("/var/cache/holdfast-stores");
        }
        if (Platform.isMac()) {
            return Path.of(home, "Library", "Caches", "holdfast-stores");
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        return (xdg == null || xdg.isBlank() ? Path.of(home, ".cache") : Path.of(xdg)).resolve("holdfast-stores");
    }

    /** What is put into a new entry. */
    interface Content {
        InputStream open() throws IOException;
    }

    boolean has(String name) {
        return Files.isDirectory(root.resolve(name));
    }

    /**
     * The entry, filled first if it is new.
     *
     * @param script shell commands that fill the current directory from their standard input and from {@code $2...}
     */
    Path directory(String name, String script, Content content, String... arguments) {
        Path entry = root.resolve(name);
        if (has(name)) {
            return entry;
        }
        IN_THIS_JVM.lock();
        try {
            Files.createDirectories(root);
            try (FileChannel channel = FileChannel.open(
                            root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock();
                    InputStream input = content.open()) {
                if (lock.isValid() && !has(name)) {
                    List<String> command =
                            new ArrayList<>(List.of("sh", "-c", MAKE.replace("FILL", script), "sh", entry.toString()));
                    command.addAll(List.of(arguments));
                    Commands.run(command, input);
                }
            }
            return entry;
        } catch (IOException e) {
            throw new StoreException(
                    "cannot use " + root + " as cache (" + Settings.property("cache") + " moves it): " + e, e);
        } finally {
            IN_THIS_JVM.unlock();
        }
    }
}
