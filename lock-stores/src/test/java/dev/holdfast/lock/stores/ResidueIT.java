package dev.holdfast.lock.stores;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM killed with SIGKILL leaves no store, no child of a store, no janitor, no directory and no shared memory. */
class ResidueIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    /** The JVM that is killed: starts every store there is, prints what it has, and waits. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] arguments) throws IOException {
            StoreLauncher launcher = new StoreLauncher();
            List<StoreKind> here = Arrays.stream(StoreKind.values())
                    .filter(kind -> launcher.missing(kind).isEmpty())
                    .toList();
            List<RunningStore> stores = new ArrayList<>(launcher.startAll(here).values());
            ClusterLauncher clusters = new ClusterLauncher(launcher);
            if (here.contains(StoreKind.ETCD)) {
                stores.addAll(clusters.startEtcd().members());
            }
            if (here.contains(StoreKind.ZOOKEEPER)) {
                stores.addAll(clusters.startZooKeeper().members());
            }
            if (here.contains(StoreKind.POSTGRES)) {
                stores.addAll(clusters.startPostgres(true, List.of()).members());
            }
            for (RunningStore store : stores) {
                if (arguments[0].equals("paused")) {
                    store.pause();
                } else if (arguments[0].equals("killed")) {
                    store.kill();
                }
                System.out.println("directory " + store.directory().path());
                printSegment(store.directory().data().resolve("postmaster.pid"));
            }
            ProcessHandle.current().descendants().forEach(process -> System.out.println("pid " + process.pid()));
            System.out.println("started " + stores.size());
            System.out.flush();
            System.in.read();
        }

        /** The seventh line of PostgreSQL's pid file: key and id of its System V shared memory. */
        private static void printSegment(Path pidFile) throws IOException {
            if (Files.exists(pidFile)) {
                String line = Files.readAllLines(pidFile).get(6).strip();
                System.out.println("segment " + line.substring(line.lastIndexOf(' ') + 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"running", "paused", "killed"})
    void killedJvmLeavesNothing(String state) throws IOException {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        state)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Long> pids = new ArrayList<>();
        List<Path> directories = new ArrayList<>();
        List<String> segments = new ArrayList<>();
        try (BufferedReader output = victim.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine();
                    line != null && !line.startsWith("started");
                    line = output.readLine()) {
                String value = line.substring(line.indexOf(' ') + 1);
                if (line.startsWith("pid ")) {
                    pids.add(Long.valueOf(value));
                } else if (line.startsWith("segment ")) {
                    segments.add(value);
                } else {
                    directories.add(Path.of(value));
                }
            }
        } finally {
            victim.destroyForcibly();
        }
        assertTrue(directories.size() >= 1 && pids.size() >= directories.size(), directories + " " + pids);
        long begin = System.nanoTime();
        Poll.until("no process left", SOON, () -> pids.stream().allMatch(Residue::isGone));
        Poll.until("no directory left", SOON, () -> directories.stream().noneMatch(ResidueIT::exists));
        Poll.until("no shared memory left", SOON, () -> segments.stream().noneMatch(ResidueIT::isSegment));
        System.out.printf(
                "%s: %d processes and %d directories gone %d ms after the JVM%n",
                state, pids.size(), directories.size(), (System.nanoTime() - begin) / 1_000_000);
    }

    private static boolean exists(Path directory) {
        return Files.exists(directory) || Files.exists(Path.of(directory + ".gone"));
    }

    private static boolean isSegment(String id) {
        Path segments = Path.of("/proc/sysvipc/shm");
        if (!Files.exists(segments)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(segments)) {
            return lines.anyMatch(line -> line.matches("\\s*\\S+\\s+" + id + "\\s.*"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void janitorKillsWhatRunsInItsDirectory() {
        StoreDirectory directory = StoreDirectory.create(StoreKind.REDIS);
        StoreProcess process = StoreProcess.start(directory, List.of("sh", "-c", "sleep 600 & wait"), Map.of());
        Poll.until(
                "a child",
                SOON,
                () -> ProcessHandle.of(process.pid()).orElseThrow().children().count() == 1);
        long child = ProcessHandle.of(process.pid())
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow()
                .pid();
        directory.close();
        assertTrue(process.endedWithin(SOON));
        Poll.until("the child is gone too", SOON, () -> Residue.isGone(child));
    }
}
