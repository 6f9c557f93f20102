package dev.holdfast.lock.cli;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Loss;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One command under one lock. The lock is given back only when the command has ended: whoever ends us first stops the
 * command, and a command that cannot be stopped keeps the lock until its lease lapses.
 */
final class GuardedRun implements AutoCloseable {
    private final LockClient locks;
    private final List<String> command;
    private final Duration grace;
    private final PrintWriter err;
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread hook = new Thread(this::shutDown, "holdfast-shutdown");
    private @Nullable Process child;
    private boolean stopping;

    GuardedRun(LockClient locks, List<String> command, Duration grace, PrintWriter err) {
        this.locks = locks;
        this.command = command;
        this.grace = grace;
        this.err = err;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Runs the command to its end, or stops it when the lease is lost; returns our exit status. */
    int run(Lease lease) throws InterruptedException {
        CompletableFuture<Loss> lost = new CompletableFuture<>();
        lease.ensureHeld();
        Optional<Process> start;
        try {
            start = start(lease);
        } catch (IOException e) {
            lease.close();
            err.println("holdfast: cannot execute " + command.get(0) + ": " + e.getMessage());
            return ExitStatus.NOT_EXECUTABLE;
        }
        if (start.isEmpty()) {
            hook.join();
            return ExitStatus.NOT_ACQUIRED;
        }
        Process started = start.get();
        lease.onLost(lost::complete); // at once, if it was lost while the command started
        try {
            CompletableFuture.anyOf(started.onExit(), lost).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of the command cannot be awaited", e);
        }
        if (isStopping()) {
            hook.join(); // the command has ended, but perhaps not yet all that descend from it
        }
        return lost.isDone() ? stopAfter(lost.join(), started) : ended(lease, started.exitValue());
    }

    private int stopAfter(Loss loss, Process started) throws InterruptedException {
        err.println("holdfast: lock '" + loss.lockName() + "' lost (" + loss.reason() + "); stopping the command");
        if (!new ProcessTree(started).stop(grace)) {
            err.println("holdfast: the command does not end; it may run beside the next holder of the lock");
        }
        return ExitStatus.LOST;
    }

    private int ended(Lease lease, int status) {
        return switch (lease.release()) {
            case RELEASED -> status;
            case NOT_HELD -> {
                err.println("holdfast: lock '" + lease.lockName() + "' was lost before the command ended");
                yield ExitStatus.LOST;
            }
            case UNKNOWN -> {
                err.println("holdfast: the store did not confirm the release of '" + lease.lockName()
                        + "'; the lock is free at the latest when its lease time has run out");
                yield status;
            }
        };
    }

    /** Starts the command, unless a signal came before. */
    private Optional<Process> start(Lease lease) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("LOCK_NAME", lease.lockName());
        builder.environment().put("LOCK_FENCING_TOKEN", Long.toString(lease.fencingToken()));
        lock.lock();
        try {
            if (stopping) {
                return Optional.empty();
            }
            Process process = builder.start();
            child = process;
            return Optional.of(process);
        } finally {
            lock.unlock();
        }
    }

    private boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /** On SIGTERM, SIGINT and SIGHUP. */
    private void shutDown() {
        Optional<Process> running;
        lock.lock();
        try {
            stopping = true; // from here on no command starts, so none can run without the lock
            running = Optional.ofNullable(child);
        } finally {
            lock.unlock();
        }
        try {
            if (running.isEmpty() || new ProcessTree(running.get()).stop(grace)) {
                locks.close();
            } else {
                err.println("holdfast: the command does not end; its lock is left to lapse");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the shutdown hook back, unless it runs. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            err.flush(); // the JVM is ending, and the hook does what is left
        }
    }
}
