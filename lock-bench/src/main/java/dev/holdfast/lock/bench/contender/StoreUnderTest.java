package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Meter;
import dev.holdfast.lock.bench.run.Scenario;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.stores.StoreLauncher;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A store with all who lock on it. */
public enum StoreUnderTest {
    REDIS("redis", StoreKind.REDIS) {
        @Override
        public List<String> arguments() {
            return List.of(); // without persistence: its flushes would be measured, and not who asks for them
        }

        @Override
        public Meter meter(RunningStore store) {
            return new RedisMeter(store);
        }

        @Override
        List<Contender> contenders(String host, int port, String url) {
            return concat(RedisFloor.at(host, port), HoldfastLocks.at(url));
        }

        @Override
        List<Contender> peers(String host, int port) {
            return RedisPeers.at(host, port);
        }
    },

    ETCD("etcd", StoreKind.ETCD) {
        @Override
        public Meter meter(RunningStore store) {
            return new EtcdMeter(store);
        }

        @Override
        List<Contender> contenders(String host, int port, String url) {
            return concat(EtcdFloor.at(host, port), HoldfastLocks.at(url));
        }

        @Override
        List<Contender> peers(String host, int port) {
            return EtcdPeers.at(host, port);
        }
    },

    ZOOKEEPER("zookeeper", StoreKind.ZOOKEEPER) {
        @Override
        public Meter meter(RunningStore store) {
            return new ZooKeeperMeter(store);
        }

        @Override
        List<Contender> contenders(String host, int port, String url) {
            return concat(ZooKeeperFloor.at(host, port), HoldfastLocks.at(url));
        }

        @Override
        List<Contender> peers(String host, int port) {
            return ZooKeeperPeers.at(host, port);
        }
    },

    POSTGRESQL_ROW("postgresql-row", StoreKind.POSTGRES) {
        @Override
        public List<String> arguments() {
            return postgresArguments();
        }

        @Override
        public Meter meter(RunningStore store) {
            return statements(store);
        }

        @Override
        List<Contender> contenders(String host, int port, String url) {
            return concat(PostgresFloor.rows(host, port), HoldfastLocks.at(url));
        }

        @Override
        List<Contender> peers(String host, int port) {
            return PostgresPeers.rows(host, port);
        }
    },

    POSTGRESQL_ADVISORY("postgresql-advisory", StoreKind.POSTGRES) {
        @Override
        public List<String> arguments() {
            return postgresArguments();
        }

        @Override
        public Meter meter(RunningStore store) {
            return statements(store);
        }

        @Override
        List<Contender> contenders(String host, int port, String url) {
            return concat(PostgresFloor.advisory(host, port), HoldfastLocks.at(url + "?mode=advisory"));
        }

        @Override
        List<Contender> peers(String host, int port) {
            return PostgresPeers.advisory(host, port);
        }
    };

    private final String id;
    private final StoreKind kind;

    StoreUnderTest(String id, StoreKind kind) {
        this.id = id;
        this.kind = kind;
    }

    /** Its name on the command line, in reports and in goals. */
    public String id() {
        return id;
    }

    /** Why it cannot be started here, and the fix. */
    public Optional<String> missing() {
        return new StoreLauncher().missing(kind);
    }

    /** Starts it, with {@link #arguments()}. */
    public RunningStore start() {
        return new StoreLauncher().start(kind, arguments());
    }

    /** The settings of the server beside the launcher's; the same for all contenders. */
    public List<String> arguments() {
        return kind.durableArgs();
    }

    /** How many can do such a scenario. */
    public int able(Scenario.Kind what, boolean withPeers) {
        return Math.toIntExact(all(withPeers)
                .filter(contender -> contender.kinds().contains(what))
                .count());
    }

    /** The names of all, peers included. */
    public List<String> names() {
        return all(true).map(Contender::name).toList();
    }

    /** All, for a look at their names and kinds: without a store, none of them can be opened. */
    private Stream<Contender> all(boolean withPeers) {
        return Stream.concat(contenders("", 0, "").stream(), withPeers ? peers("", 0).stream() : Stream.of());
    }

    /** Counts at this store. */
    public abstract Meter meter(RunningStore store);

    /** Holdfast and the raw floors. */
    public final List<Contender> contenders(RunningStore store) {
        return contenders(store.host(), store.port(), store.url());
    }

    /** Other libraries. */
    public final List<Contender> peers(RunningStore store) {
        return peers(store.host(), store.port());
    }

    abstract List<Contender> contenders(String host, int port, String url);

    abstract List<Contender> peers(String host, int port);

    /** Up to 100 clients of every contender are open at once, with two connections each. */
    private static List<String> postgresArguments() {
        return Stream.concat(StoreKind.POSTGRES.durableArgs().stream(), Stream.of("-c", "max_connections=1600"))
                .toList();
    }

    /** PostgreSQL tells of its flushes late, so they are not counted. */
    private static Meter statements(RunningStore store) {
        return () -> Meter.Reading.of(store.requests());
    }

    private static List<Contender> concat(List<Contender> floors, Contender holdfast) {
        return Stream.concat(floors.stream(), Stream.of(holdfast)).toList();
    }
}
