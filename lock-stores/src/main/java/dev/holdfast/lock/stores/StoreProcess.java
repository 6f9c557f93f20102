package dev.holdfast.lock.stores;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * One life of a store's process. The process is a child of this JVM, and its pid is in the directory's pid file, where
 * the janitor finds it, before the store's first instruction.
 */
final class StoreProcess {
    /** Whoever finds the directory gone after writing the pid was too late for the janitor and must not start. */
    private static final String STARTER = "echo $$ >\"$0/pid\" && [ -d \"$0\" ] || exit 1; exec \"$@\"";

    private static final Duration DEATH = Duration.ofSeconds(10);
    private static final Duration ORPHANS = Duration.ofSeconds(1);

    private final Process process;
    private final CompletableFuture<Void> ended;

    private StoreProcess(Process process, CompletableFuture<Void> ended) {
        this.process = process;
        this.ended = ended;
    }

    static StoreProcess start(StoreDirectory directory, List<String> command, Map<String, String> environment) {
        List<String> all =
                new ArrayList<>(List.of("sh", "-c", STARTER, directory.path().toString()));
        all.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(all).directory(directory.path().toFile());
        builder.redirectErrorStream(true).redirectInput(Redirect.from(new File("/dev/null")));
        builder.redirectOutput(Redirect.appendTo(directory.log().toFile()));
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            // A pid left in the file could one day be somebody else's.
            return new StoreProcess(process, process.onExit().thenAccept(p -> forget(directory)));
        } catch (IOException e) {
            throw new StoreException("cannot start " + command.get(0) + ": " + e.getMessage(), e);
        }
    }

    private static void forget(StoreDirectory directory) {
        try {
            Files.deleteIfExists(directory.pidFile());
        } catch (IOException e) {
            throw new StoreException("cannot remove " + directory.pidFile(), e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits; true when the process has ended by then. */
    boolean endedWithin(Duration limit) {
        try {
            ended.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException e) {
            throw new StoreException("after the end of process " + pid(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while waiting for process " + pid(), e);
        }
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** SIGSTOP to the process and all its descendants. */
    void pause() {
        pausedTree();
    }

    void resume() {
        List<Long> pids = descendants();
        pids.add(pid());
        signal("CONT", pids);
    }

    /** SIGKILL to the process and all its descendants; returns when the process is gone. */
    void kill() {
        Set<Long> tree = process.isAlive() ? pausedTree() : Set.of();
        signal("KILL", new ArrayList<>(tree));
        if (!endedWithin(DEATH)) {
            throw new StoreException("process " + pid() + " survived SIGKILL for " + DEATH);
        }
        awaitOrphans(tree);
    }

    /**
     * PostgreSQL does not start while a backend of its former life still has the shared memory. No error at the end of
     * the wait: where nobody reaps orphans, their entries stay, and hold nothing.
     */
    private static void awaitOrphans(Set<Long> pids) {
        CompletableFuture<?>[] ends = pids.stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .map(ProcessHandle::onExit)
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(ends)
                .completeOnTimeout(null, ORPHANS.toNanos(), TimeUnit.NANOSECONDS)
                .join();
    }

    /** SIGINT to the process alone. */
    void interrupt() {
        signal("INT", List.of(pid()));
    }

    /** Parents first: a stopped process forks no more, so the last look finds nobody new. */
    private Set<Long> pausedTree() {
        Set<Long> stopped = new LinkedHashSet<>();
        List<Long> found = new ArrayList<>(List.of(pid()));
        while (!found.isEmpty()) {
            signal("STOP", found);
            stopped.addAll(found);
            found = descendants();
            found.removeAll(stopped);
        }
        return stopped;
    }

    private List<Long> descendants() {
        return process.descendants().map(ProcessHandle::pid).collect(Collectors.toCollection(ArrayList::new));
    }

    /**
     * The shell's own kill: the program of that name is absent from small images. A process already gone is no error.
     */
    private static void signal(String name, List<Long> pids) {
        if (pids.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -" + name + " \"$@\" 2>/dev/null || :", "sh"));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        Commands.run(command);
    }
}
