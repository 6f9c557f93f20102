package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.ChildJvm;
import dev.holdfast.lock.tck.ContenderMain;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.HistoryChecker;
import dev.holdfast.lock.tck.LostUpdate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two JVMs contend for one lock of five servers while a minority of these suffers: no two hold at once, no token is
 * below an earlier one, no update is lost, and each schedule sees a thousand grants. Prints the seed and the figures.
 */
class RedlockFaultIT {
    private static final int SERVERS = 5;
    private static final int THREADS = 3;
    private static final int GRANTS = 1_000;
    private static final Duration RUN = Duration.ofSeconds(20);
    private static final int RUNS_MOST = 5;
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration MAX_LEASE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    /** What befalls the servers, once; returns when another minority may suffer. */
    @FunctionalInterface
    private interface Trouble {
        void once(RedlockStage stage, Random random);
    }

    /** Any two of five are killed at once and come back without data. */
    @Test
    void anyTwoAreKilledAndRestartedEmpty() throws Exception {
        contend("two restarted empty", List.of(), LEASE, "", RedlockFaultIT::restartTwoEmpty);
    }

    /** The same with clocks that are a second apart. */
    @Test
    void anyTwoAreRestartedEmptyAmongClocksApart() throws Exception {
        List<Duration> apart = List.of(
                Duration.ofMillis(500),
                Duration.ofMillis(-500),
                Duration.ofMillis(500),
                Duration.ofMillis(-500),
                Duration.ZERO);
        contend("clocks 1 s apart, two restarted empty", apart, LEASE, "", RedlockFaultIT::restartTwoEmpty);
    }

    /** The clocks of two jump by 500 ms, there and back, and the clients reckon with it. */
    @Test
    void theClocksOfTwoJump() throws Exception {
        List<Duration> clocks = Collections.nCopies(SERVERS, Duration.ZERO);
        contend("two clocks jump", clocks, MAX_LEASE, "&clockJump=500ms", RedlockFaultIT::jumpTwo);
    }

    private static void restartTwoEmpty(RedlockStage stage, Random random) {
        List<RunningStore> victims = two(stage, random);
        victims.forEach(RunningStore::kill);
        pause(random.nextInt(500));
        victims.forEach(RunningStore::restartEmpty);
        // They sit out maxLease from their first request on; no third may suffer before.
        pause((int) MAX_LEASE.toMillis() + 700);
    }

    private static void jumpTwo(RedlockStage stage, Random random) {
        List<Integer> victims = indexes(random).subList(0, 2);
        victims.forEach(server -> stage.clock(server).move(Duration.ofMillis(500)));
        // One jump for each lease.
        pause((int) MAX_LEASE.toMillis() + random.nextInt(200));
        victims.forEach(server -> stage.clock(server).move(Duration.ZERO));
        pause((int) MAX_LEASE.toMillis() + random.nextInt(200));
    }

    private static List<Integer> indexes(Random random) {
        List<Integer> indexes = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            indexes.add(i);
        }
        Collections.shuffle(indexes, random);
        return indexes;
    }

    private static List<RunningStore> two(RedlockStage stage, Random random) {
        return indexes(random).subList(0, 2).stream().map(stage::server).toList();
    }

    /** The passing of time is part of the schedule. */
    private static void pause(int millis) {
        long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private void contend(String what, List<Duration> clocks, Duration lease, String parameters, Trouble trouble)
            throws Exception {
        long seed = System.nanoTime();
        Path events = directory.resolve("history");
        Path count = directory.resolve("counter");
        long accepted = 0;
        int troubles = 0;
        HistoryChecker.Findings findings;
        try (RedlockStage stage = new RedlockStage(SERVERS, MAX_LEASE, clocks)) {
            int runs = 0;
            do {
                Random random = new Random(seed + runs);
                List<ChildJvm> children = start(stage.url() + parameters, lease, seed + runs, events, count);
                try {
                    for (ChildJvm child : children) {
                        child.line(PATIENCE);
                    }
                    children.forEach(child -> child.tell("go"));
                    long end = System.nanoTime() + RUN.toNanos();
                    while (end - System.nanoTime() > Duration.ofSeconds(4).toNanos()) {
                        trouble.once(stage, random);
                        troubles++;
                    }
                    for (ChildJvm child : children) {
                        String[] done = child.line(PATIENCE).split(" ", -1);
                        assertEquals("done", done[0]);
                        accepted += Long.parseLong(done[2]);
                    }
                } finally {
                    children.forEach(ChildJvm::close);
                }
                findings = HistoryChecker.check(History.read(events));
                runs++;
            } while (findings.grants() < GRANTS && runs < RUNS_MOST);
        }
        System.out.printf(
                "RedlockFaultIT %s: %d grants, %d unknown, %d troubles, %s violations, least margin %s ns, seed %d%n",
                what,
                findings.grants(),
                findings.unknown(),
                troubles,
                findings.failures().size(),
                findings.minMarginNanos(),
                seed);
        assertEquals(List.of(), findings.failures(), "seed " + seed);
        assertTrue(findings.grants() >= GRANTS, findings.grants() + " grants");
        try (LostUpdate counter = LostUpdate.in(count)) {
            assertEquals(accepted, counter.value(), "updates");
            assertEquals(findings.grants(), accepted, "every holder was accepted");
        }
    }

    private static List<ChildJvm> start(String url, Duration lease, long seed, Path events, Path count) {
        List<ChildJvm> children = new ArrayList<>();
        for (String label : List.of("A", "B")) {
            children.add(ChildJvm.start(
                    ContenderMain.class,
                    List.of(),
                    url,
                    "contended",
                    Long.toString(lease.toMillis()),
                    Integer.toString(THREADS),
                    Long.toString(RUN.toMillis()),
                    label + seed,
                    Long.toString(seed),
                    events.toString(),
                    count.toString()));
        }
        return children;
    }
}
