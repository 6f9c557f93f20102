package dev.holdfast.lock.acceptance;

import dev.holdfast.lock.tck.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The threads and sockets of this JVM, to see that something left none behind. */
final class Footprint {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final Set<String> threads;
    private final long sockets;

    private Footprint(Set<String> threads, long sockets) {
        this.threads = threads;
        this.sockets = sockets;
    }

    static Footprint now() throws IOException {
        TreeSet<String> threads = new TreeSet<>();
        Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(thread -> thread.getName() + "#" + thread.getId())
                .filter(name -> !name.startsWith("ForkJoinPool.commonPool") && !name.startsWith("process reaper"))
                .forEach(threads::add);
        return new Footprint(threads, sockets());
    }

    private static long sockets() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.filter(Footprint::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** Fails unless within five seconds no thread is alive that was not there before, and no more sockets are open. */
    void restored(String after) throws Exception {
        Await.until(
                "threads and sockets as before " + after + "; more: " + more(),
                Duration.ofSeconds(5),
                () -> more().isEmpty());
    }

    private List<String> more() throws IOException {
        Footprint current = now();
        TreeSet<String> more = new TreeSet<>(current.threads);
        more.removeAll(threads);
        if (current.sockets > sockets) {
            more.add((current.sockets - sockets) + " sockets");
        }
        return List.copyOf(more);
    }
}
