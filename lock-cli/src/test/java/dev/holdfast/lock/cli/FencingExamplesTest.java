package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every example of docs/fencing.md compiles as it stands; what it takes for granted is what an application has. That
 * the guards do what the page says is shown by the tests of each store.
 */
class FencingExamplesTest {
    private static final Path PAGE = ReadmeExamplesTest.ROOT.resolve("docs/fencing.md");
    private static final String GIVEN =
            """
            import static java.nio.charset.StandardCharsets.UTF_8;
            import dev.holdfast.lock.*;
            import dev.holdfast.lock.etcd.EtcdGuard;
            import dev.holdfast.lock.postgres.PostgresGuard;
            import dev.holdfast.lock.redis.RedisGuard;
            import dev.holdfast.lock.zookeeper.ZooKeeperGuard;
            import io.etcd.jetcd.*;
            import io.etcd.jetcd.kv.TxnResponse;
            import io.etcd.jetcd.op.Op;
            import io.etcd.jetcd.options.*;
            import java.sql.*;
            import java.time.Duration;
            import java.util.List;
            import org.apache.curator.framework.CuratorFramework;
            import org.apache.zookeeper.KeeperException;
            import redis.clients.jedis.UnifiedJedis;
            """;
    private static final String METHOD =
            """
            abstract class %s {
                dev.holdfast.lock.Lease lease;
                Connection connection;
                UnifiedJedis jedis;
                KV kv;
                CuratorFramework curator;
                abstract byte[] posted(byte[] before);
                void run() throws Exception {
                    %s
                }
            }
            """;

    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> examplesCompile() throws IOException {
        List<String> examples = ReadmeExamplesTest.examples(PAGE);
        assertEquals(6, examples.size());
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.lines().findFirst().orElse("empty"),
                        () -> compile(example, "Example" + examples.indexOf(example))));
    }

    private void compile(String example, String name) throws IOException {
        boolean isClass = example.startsWith("final class");
        // Both the API and jetcd have a Lease; the examples mean the API's.
        String body =
                isClass ? example : METHOD.formatted(name, example.replace(" Lease ", " dev.holdfast.lock.Lease "));
        Path sources = Files.createDirectories(directory.resolve(name));
        Path source = Files.writeString(sources.resolve(name + ".java"), GIVEN + body);
        ReadmeExamplesTest.compile(source, sources);
    }

    @Test
    void thePageShowsEveryGuard() throws IOException {
        String page = Files.readString(PAGE);
        for (String guard : List.of(
                "FencingGuard", "PostgresGuard", "RedisGuard", "EtcdGuard", "ZooKeeperGuard", "register(name)")) {
            assertTrue(page.contains(guard), guard);
        }
    }
}
