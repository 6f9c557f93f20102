package dev.holdfast.lock.cli;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process with all that descend from it. A descendant whose parents ended before the first look is not found: such a
 * process has left the tree on purpose.
 */
final class ProcessTree {
    private static final int KILL_ROUNDS = 3;
    private static final Duration AFTER_KILL = Duration.ofSeconds(1);

    private final Set<ProcessHandle> known = new LinkedHashSet<>();

    ProcessTree(Process root) {
        known.add(root.toHandle());
    }

    /**
     * Ends the tree: TERM to every process, and after the grace KILL to those that are left.
     *
     * @return whether all of them are gone; false after a kill that had no effect within some seconds
     */
    boolean stop(Duration grace) throws InterruptedException {
        // The tree is read before anything dies: children of a dead process are nobody's descendants.
        List<ProcessHandle> alive = alive();
        alive.forEach(ProcessHandle::destroy);
        boolean gone = ended(alive, grace);
        // A process may have forked between our look and its death, hence more than one round.
        for (int round = 0; round < KILL_ROUNDS && !(gone && alive().isEmpty()); round++) {
            alive = alive();
            alive.forEach(ProcessHandle::destroyForcibly);
            gone = ended(alive, AFTER_KILL);
        }
        return gone;
    }

    private List<ProcessHandle> alive() {
        for (ProcessHandle process : List.copyOf(known)) {
            process.descendants().forEach(known::add);
        }
        return known.stream().filter(ProcessHandle::isAlive).toList();
    }

    private static boolean ended(List<ProcessHandle> processes, Duration within) throws InterruptedException {
        CompletableFuture<?>[] ends =
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a process cannot be awaited", e);
        }
    }
}
