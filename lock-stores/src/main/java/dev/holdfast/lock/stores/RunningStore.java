package dev.holdfast.lock.stores;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One store, started by {@link StoreLauncher} on a port and in a directory of its own. Safe for use by several threads;
 * the faults exclude each other. A store that was paused or killed can be closed as it is.
 */
public final class RunningStore implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(30);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(10);

    private final Lock lock = new ReentrantLock();
    private final Recipe recipe;
    private final List<String> extraArgs;
    private final Map<String, String> environment;
    private final StoreDirectory directory;
    private final int port;
    private final Duration startTime;
    private final String version;
    private StoreProcess process;
    private boolean closed;

    /** Starts the store and waits until it serves clients; leaves nothing behind when it does not. */
    RunningStore(Recipe recipe) {
        this(recipe, List.of(), Map.of());
    }

    /**
     * The same.
     *
     * @param extraArgs what the recipe appends to the command line
     * @param environment variables of the store's processes, in every life of the store
     */
    RunningStore(Recipe recipe, List<String> extraArgs, Map<String, String> environment) {
        long begin = System.nanoTime();
        this.recipe = recipe;
        this.extraArgs = extraArgs;
        this.environment = Map.copyOf(environment);
        this.port = Ports.take();
        this.directory = StoreDirectory.create(recipe.kind());
        try {
            recipe.prepare(directory);
            this.process = StoreProcess.start(directory, recipe.command(directory, port), this.environment);
            awaitReady(recipe, directory, process, port);
            this.startTime = Duration.ofNanos(System.nanoTime() - begin);
            this.version = recipe.version(port);
        } catch (IOException | RuntimeException e) {
            directory.close();
            Ports.giveBack(port);
            throw e instanceof StoreException known ? known : failed("cannot start", e);
        }
    }

    private StoreException failed(String what, Exception cause) {
        return new StoreException(what + " " + recipe.kind().scheme() + ": " + cause.getMessage(), cause);
    }

    private static void awaitReady(Recipe recipe, StoreDirectory directory, StoreProcess process, int port) {
        long deadline = System.nanoTime() + READY.toNanos();
        String last = "no answer yet";
        while (System.nanoTime() - deadline < 0) {
            if (process.endedWithin(BETWEEN_TRIES)) {
                throw new StoreException(recipe.origin() + " ended with status " + process.exitStatus()
                        + " before it was ready; its last lines:\n" + directory.logTail());
            }
            try {
                if (recipe.ready(port)) {
                    return;
                }
            } catch (IOException notYet) {
                last = String.valueOf(notYet.getMessage());
            }
        }
        throw new StoreException(recipe.origin() + " was not ready after " + READY.toSeconds() + " s (" + last
                + "); its last lines:\n" + directory.logTail());
    }

    public StoreKind kind() {
        return recipe.kind();
    }

    List<String> extraArgs() {
        return extraArgs;
    }

    /** The version the server itself reports, such as {@code 7.0.15}. */
    public String version() {
        return version;
    }

    /** The program or jar that runs. */
    public String origin() {
        return recipe.origin();
    }

    /** How long the first start took, from nothing to serving clients. */
    public Duration startTime() {
        return startTime;
    }

    public String host() {
        return Recipe.HOST;
    }

    /** The same over restarts. */
    public int port() {
        return port;
    }

    /** The URL of the store in Holdfast's syntax, with the credentials of a plain client. */
    public String url() {
        return recipe.url(port);
    }

    /** The same URL with another port, such as a {@link FaultProxy}'s. */
    public String urlVia(int otherPort) {
        return recipe.url(otherPort);
    }

    /**
     * How many requests clients have sent to the store. Only differences mean something: a restart begins anew, except
     * on PostgreSQL. What this object asks for itself is not counted; what the probes ask is, except on PostgreSQL.
     *
     * <ul>
     *   <li>Redis: reads from client sockets. A request is one as long as it arrives alone and is below 16 KiB; several
     *       in one packet are one; the end of a connection is one more. Commands called by scripts do not count.
     *   <li>etcd: messages on KV, Lease, Watch and Auth: exact, keep-alives count.
     *   <li>ZooKeeper: packets: exact, a batch counts each of its packets, pings and new sessions count.
     *   <li>PostgreSQL: statements in the database {@code holdfast}, also BEGIN, COMMIT, LISTEN: exact. Empty where the
     *       extension pg_stat_statements is not installed.
     * </ul>
     *
     * @throws StoreException when the store does not answer, as when it is paused
     */
    public OptionalLong requests() {
        lock.lock();
        try {
            return recipe.requests(port);
        } catch (IOException e) {
            throw failed("cannot count the requests of", e);
        } finally {
            lock.unlock();
        }
    }

    /** The last lines the store printed. */
    public String logTail() {
        return directory.logTail();
    }

    /** The pid of the store's main process. */
    public long pid() {
        lock.lock();
        try {
            return process.pid();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the process exists, paused or not. */
    public boolean isAlive() {
        lock.lock();
        try {
            return process.isAlive();
        } finally {
            lock.unlock();
        }
    }

    /** Whether clients are served now; false also when it does not answer. */
    boolean serves() {
        try {
            return isAlive() && recipe.ready(port);
        } catch (IOException notNow) {
            return false;
        }
    }

    /** SIGSTOP: the store keeps its memory and connections and does nothing, with all its child processes. */
    public void pause() {
        locked(() -> process.pause());
    }

    /** SIGCONT after {@link #pause()}. */
    public void resume() {
        locked(() -> process.resume());
    }

    /** SIGKILL to the store and its child processes; returns when it is dead. No effect on a dead store. */
    public void kill() {
        locked(() -> process.kill());
    }

    /**
     * Starts the store again on the same port with the data it left; kills it first if it runs. Redis keeps no data
     * unless it was started with {@link StoreKind#durableArgs()}.
     */
    public void restart() {
        locked(() -> {
            process.kill();
            startAgain();
        });
    }

    /** Like {@link #restart()}, with nothing left of the data: a store that lost everything. */
    public void restartEmpty() {
        locked(() -> {
            process.kill();
            try {
                recipe.discard(directory);
                Commands.run(List.of("rm", "-rf", directory.data().toString()));
                recipe.prepare(directory);
            } catch (IOException e) {
                throw failed("cannot empty", e);
            }
            startAgain();
        });
    }

    private void startAgain() {
        try {
            process = StoreProcess.start(directory, recipe.command(directory, port), environment);
            awaitReady(recipe, directory, process, port);
        } catch (IOException e) {
            throw failed("cannot restart", e);
        }
    }

    private void locked(Runnable fault) {
        lock.lock();
        try {
            if (closed) {
                throw new StoreException("this " + kind().scheme() + " is closed");
            }
            fault.run();
        } finally {
            lock.unlock();
        }
    }

    StoreDirectory directory() {
        return directory;
    }

    /** Ends the store and removes its directory. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                if (process.isAlive()) {
                    recipe.stop(process);
                }
                directory.close();
                Ports.giveBack(port);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return kind().scheme() + " " + version + " (" + origin() + ") on port " + port;
    }
}
