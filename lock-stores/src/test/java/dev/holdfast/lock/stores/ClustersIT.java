package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores of several servers: who leads, and what is left when members are killed, stopped or cut off. */
class ClustersIT {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final ClusterLauncher LAUNCHER = new ClusterLauncher(new StoreLauncher());

    static Stream<Supplier<RunningCluster>> quorums() {
        return Stream.of(() -> LAUNCHER.startEtcd(), () -> LAUNCHER.startZooKeeper());
    }

    /** Asks the member itself, which answers only as part of a majority. */
    private static boolean serves(RunningStore member) {
        try {
            return switch (member.kind()) {
                case ETCD ->
                    new HttpProbe(member.host(), member.port(), Duration.ofSeconds(1))
                            .post("/v3/kv/range", "{\"key\":\"YQ==\"}")
                            .contains("revision");
                default ->
                    new FourLetterProbe(member.host(), member.port(), Duration.ofSeconds(1))
                            .ask("srvr")
                            .contains("Mode:");
            };
        } catch (IOException notNow) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("quorums")
    void aMajorityGoesOn(Supplier<RunningCluster> start) {
        long begin = System.nanoTime();
        try (RunningCluster cluster = start.get()) {
            System.out.println(
                    cluster.kind() + " cluster up in " + (System.nanoTime() - begin) / 1_000_000 + " ms: " + cluster);
            assertEquals(3, cluster.members().size());
            RunningStore first = cluster.leader();

            begin = System.nanoTime();
            first.kill();
            RunningStore second = cluster.leaderAfter(first);
            System.out.println("killed, next leader after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
            assertNotSame(first, second);
            first.restart();
            cluster.awaitWhole();

            begin = System.nanoTime();
            second.pause();
            RunningStore third = cluster.leaderAfter(second);
            System.out.println("stopped, next leader after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
            second.resume();
            cluster.awaitWhole();
            assertSame(third, cluster.leader());

            begin = System.nanoTime();
            cluster.isolate(third);
            RunningStore fourth = cluster.leaderAfter(third);
            System.out.println("cut off, next leader after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
            Poll.until("alone it serves nobody", LONG, () -> !serves(third));
            Poll.until("the majority serves", LONG, () -> serves(fourth));
            cluster.rejoin();
            cluster.awaitWhole();

            RunningStore follower = cluster.others(cluster.leader()).get(0);
            cluster.isolate(follower);
            Poll.until("a follower that is cut off serves nobody", LONG, () -> !serves(follower));
            Poll.until("the majority serves", LONG, () -> serves(cluster.leader()));
            cluster.rejoin();
            cluster.awaitWhole();

            List<RunningStore> majority = cluster.others(cluster.leader());
            RunningStore last = cluster.leader();
            majority.forEach(RunningStore::kill);
            Poll.until("one of three serves nobody", LONG, () -> !serves(last));
            cluster.restart(majority);
            cluster.awaitWhole();

            cluster.restartEmpty();
            cluster.awaitWhole();
            assertThrows(UnsupportedOperationException.class, () -> cluster.promote(last));
        }
    }

    private static PostgresProbe probe(RunningStore store, Duration timeout) throws IOException {
        return new PostgresProbe(store.host(), store.port(), "holdfast", timeout);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStandbyIsPromoted(boolean synchronous) throws IOException {
        try (RunningCluster pair = LAUNCHER.startPostgres(synchronous, List.of())) {
            RunningStore primary = pair.leader();
            RunningStore standby = pair.others(primary).get(0);
            assertSame(pair.members().get(0), primary);
            assertTrue(pair.url().contains(primary.port() + ",127.0.0.1:" + standby.port()), pair.url());
            try (PostgresProbe writer = probe(primary, LONG)) {
                writer.query("CREATE TABLE kept (n int)");
                writer.query("INSERT INTO kept VALUES (1)");
            }
            try (PostgresProbe reader = probe(standby, LONG)) {
                Poll.until("it arrives", LONG, () -> rows(reader) == 1);
            }
            pair.isolate(standby);
            try (PostgresProbe writer = probe(primary, Duration.ofSeconds(1))) {
                if (synchronous) {
                    assertThrows(SocketTimeoutException.class, () -> writer.query("INSERT INTO kept VALUES (2)"));
                } else {
                    writer.query("INSERT INTO kept VALUES (2)");
                }
            }
            primary.kill();
            pair.promote(standby);
            assertSame(standby, pair.leader());
            try (PostgresProbe writer = probe(standby, LONG)) {
                assertEquals(1, rows(writer), "what the standby had not heard of is gone");
                writer.query("INSERT INTO kept VALUES (3)");
            }
            standby.restart();
            try (PostgresProbe writer = probe(standby, LONG)) {
                assertEquals(2, rows(writer));
            }
            pair.rejoin();
            pair.restart(List.of(primary));
            assertSame(standby, pair.leader(), "the former primary comes back as a standby");
            standby.kill();
            pair.promote(primary);
            assertSame(primary, pair.leader());
            try (PostgresProbe writer = probe(primary, LONG)) {
                assertEquals(2, rows(writer), "it has what the one in between had");
            }
        }
    }

    private static int rows(PostgresProbe probe) {
        try {
            return probe.query("SELECT n FROM kept").size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPairComesBackWithAndWithoutItsData(boolean synchronous) throws IOException {
        try (RunningCluster pair = LAUNCHER.startPostgres(synchronous, List.of())) {
            try (PostgresProbe writer = probe(pair.leader(), LONG)) {
                writer.query("CREATE TABLE kept (n int)");
            }
            pair.members().forEach(RunningStore::kill);
            pair.restart(pair.members());
            try (PostgresProbe writer = probe(pair.leader(), LONG)) {
                writer.query("INSERT INTO kept VALUES (1)");
            }
            pair.restartEmpty();
            try (PostgresProbe writer = probe(pair.leader(), LONG)) {
                writer.query("CREATE TABLE kept (n int)");
            }
        }
    }
}
