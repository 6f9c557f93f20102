package dev.holdfast.lock.stores;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Finds and starts stores. A program is taken from the directory that the system property
 * {@code holdfast.stores.SCHEME.bin} names (or the environment variable {@code HOLDFAST_STORES_SCHEME_BIN}); else from
 * {@code PATH} and the directories packages install to; else from a binary on the class path (Redis, PostgreSQL).
 * {@code holdfast.stores.prefer=embedded} turns the last two round. ZooKeeper always runs from the jars on the class
 * path. Unpacked binaries and a PostgreSQL template are kept in {@code holdfast.stores.cache}.
 *
 * <p>Safe for use by several threads.
 */
public final class StoreLauncher {
    private final Cache cache;
    private final Binaries binaries;

    /** A launcher with the settings of this JVM. */
    public StoreLauncher() {
        this(Settings.ofThisJvm());
    }

    StoreLauncher(Settings settings) {
        this.cache = new Cache(settings);
        this.binaries = new Binaries(settings, cache);
    }

    /** Why the store cannot be started here, and the fix, in one line; empty when it can. */
    public Optional<String> missing(StoreKind kind) {
        try {
            return kind == StoreKind.ZOOKEEPER
                    ? ZooKeeperRecipe.missingClass().map(name -> notFound(kind, "class " + name))
                    : absence(kind);
        } catch (StoreException e) {
            return Optional.of(kind.scheme() + ": " + e.getMessage());
        }
    }

    private Optional<String> absence(StoreKind kind) {
        return binaries.find(kind).isPresent() ? Optional.empty() : Optional.of(notFound(kind, Binaries.program(kind)));
    }

    private static String notFound(StoreKind kind, String what) {
        String hint = kind.scheme() + ": " + what + " not found: " + kind.installHint();
        return kind == StoreKind.ZOOKEEPER
                ? hint
                : hint + "  |  -D" + Settings.property(kind.scheme() + ".bin") + "=DIRECTORY";
    }

    /** Starts a store with the arguments every test wants. */
    public RunningStore start(StoreKind kind) {
        return start(kind, List.of());
    }

    /**
     * Starts a store on a free port and returns when it serves clients.
     *
     * @param extraArgs appended to the command line, where they win over ours: Redis {@code --requirepass x}, etcd
     *     {@code --auto-compaction-retention 1}, PostgreSQL {@code -c name=value}; ZooKeeper: lines of {@code zoo.cfg},
     *     or options of its JVM when they start with {@code -}. See also {@link StoreKind#durableArgs()}
     * @throws StoreException when the store is {@link #missing}, ends early (with the last lines it printed) or is not
     *     ready within 30 seconds
     */
    public RunningStore start(StoreKind kind, List<String> extraArgs) {
        return startTwice(kind, List.copyOf(extraArgs), Map.of());
    }

    /** The same, living under this clock; the clock must outlive the store. */
    public RunningStore start(StoreKind kind, List<String> extraArgs, MovableClock clock) {
        return startTwice(kind, List.copyOf(extraArgs), clock.environment());
    }

    /** Another store, started as this one was, that lives under this clock; the clock must outlive it. */
    public RunningStore startTwin(RunningStore original, MovableClock clock) {
        return startTwice(original.kind(), original.extraArgs(), clock.environment());
    }

    /** A second try with another port: somebody may have taken the first one between our look and the store's. */
    private RunningStore startTwice(StoreKind kind, List<String> extraArgs, Map<String, String> environment) {
        try {
            return new RunningStore(recipe(kind, extraArgs), extraArgs, environment);
        } catch (StoreException e) {
            if (String.valueOf(e.getMessage()).contains("in use")) {
                return new RunningStore(recipe(kind, extraArgs), extraArgs, environment);
            }
            throw e;
        }
    }

    /** The program of this store, or an exception that says how to get it. */
    Path program(StoreKind kind) {
        missing(kind).ifPresent(why -> {
            throw new StoreException(why);
        });
        return binaries.find(kind).orElseThrow();
    }

    Cache cache() {
        return cache;
    }

    private Recipe recipe(StoreKind kind, List<String> extraArgs) {
        missing(kind).ifPresent(why -> {
            throw new StoreException(why);
        });
        return switch (kind) {
            case REDIS -> new RedisRecipe(binaries.find(kind).orElseThrow(), extraArgs);
            case ETCD -> new EtcdRecipe(binaries.find(kind).orElseThrow(), extraArgs);
            case ZOOKEEPER -> new ZooKeeperRecipe(extraArgs);
            case POSTGRES -> new PostgresRecipe(binaries.find(kind).orElseThrow(), cache, extraArgs);
        };
    }

    /** Starts several stores at once; when one fails, the others are closed and its exception is thrown. */
    public Map<StoreKind, RunningStore> startAll(Collection<StoreKind> kinds) {
        List<CompletableFuture<RunningStore>> starts = new ArrayList<>();
        for (StoreKind kind : kinds) {
            CompletableFuture<RunningStore> start = new CompletableFuture<>();
            starts.add(start);
            Thread thread = new Thread(() -> startInto(start, kind), "start-" + kind.scheme());
            thread.setDaemon(true);
            thread.start();
        }
        try {
            CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            starts.stream().filter(start -> !start.isCompletedExceptionally()).forEach(start -> start.join()
                    .close());
            throw e.getCause() instanceof StoreException known ? known : e;
        }
        Map<StoreKind, RunningStore> running = new EnumMap<>(StoreKind.class);
        starts.forEach(start -> running.put(start.join().kind(), start.join()));
        return running;
    }

    private void startInto(CompletableFuture<RunningStore> start, StoreKind kind) {
        try {
            start.complete(start(kind));
        } catch (RuntimeException | Error e) {
            start.completeExceptionally(e);
        }
    }

    /**
     * Starts PgBouncer before a running PostgreSQL; the URL of what is returned leads through it.
     *
     * @param settings lines of the section {@code [pgbouncer]} of its settings, such as {@code pool_mode = transaction}
     * @throws StoreException also when it is not installed
     */
    public RunningStore startPgBouncer(RunningStore postgres, String... settings) {
        Path program = Commands.onPath("pgbouncer")
                .or(() -> Optional.of(Path.of("/usr/sbin/pgbouncer")).filter(Files::isExecutable))
                .orElseThrow(() -> new StoreException(
                        "pgbouncer not found: apt-get install pgbouncer  |  brew install pgbouncer"));
        return new RunningStore(new PgBouncerRecipe(program, postgres, List.of(settings)));
    }

    /** Starts a Redis primary, a replica of it and three sentinels that watch both. */
    public SentinelledRedis startSentinelledRedis() {
        return startSentinelledRedis(1);
    }

    /** The same with several replicas. */
    public SentinelledRedis startSentinelledRedis(int replicas) {
        return new SentinelledRedis(this, replicas);
    }

    /** Starts three Redis nodes that form a Cluster; needs Redis 7.0 or newer. */
    public RedisCluster startRedisCluster() {
        return new RedisCluster(this);
    }

    /** Starts a sentinel for this primary. */
    RunningStore startSentinel(RunningStore primary) {
        return new RunningStore(new SentinelRecipe(Path.of(primary.origin()), primary.port()));
    }

    /** Starts a read-only streaming standby of a running PostgreSQL; it has the primary's roles and databases. */
    public RunningStore startPostgresStandby(RunningStore primary) {
        if (primary.kind() != StoreKind.POSTGRES) {
            throw new IllegalArgumentException("a standby needs a PostgreSQL, not " + primary);
        }
        return new RunningStore(new StandbyRecipe(Path.of(primary.origin()), cache, primary));
    }
}
