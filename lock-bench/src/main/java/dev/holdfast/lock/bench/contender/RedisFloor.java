package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import java.util.List;
import java.util.UUID;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/** Redis by its bare commands, a connection for each hand: no token, no waiting, no renewal. */
final class RedisFloor {
    private static final String RELEASE =
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
    private static final long LEASE_MILLIS = 30_000;

    private RedisFloor() {}

    static List<Contender> at(String host, int port) {
        return List.of(
                new Contender(
                        "PING", Role.ROUND_TRIP, Kinds.TRIES, leaseTime -> SharedClient.of(() -> new Ping(host, port))),
                new Contender(
                        "SET NX PX + EVALSHA del",
                        Role.FLOOR,
                        Kinds.TRIES,
                        leaseTime -> SharedClient.of(() -> new SetAndDelete(host, port))));
    }

    private static final class Ping implements Contender.Hand {
        private final Jedis jedis;

        Ping(String host, int port) {
            this.jedis = new Jedis(host, port);
        }

        @Override
        public void acquire(String name) {
            jedis.ping();
        }

        @Override
        public void release() {}

        @Override
        public void close() {
            jedis.close();
        }
    }

    private static final class SetAndDelete implements Contender.Hand {
        private final Jedis jedis;
        private final String release;
        private final String id = UUID.randomUUID().toString();
        private String held = "";

        SetAndDelete(String host, int port) {
            this.jedis = new Jedis(host, port);
            this.release = jedis.scriptLoad(RELEASE);
        }

        @Override
        public void acquire(String name) throws LimitedWait {
            held = name;
            LimitedWait.unless(jedis.set(name, id, SetParams.setParams().nx().px(LEASE_MILLIS)) != null, name);
        }

        @Override
        public void release() {
            Object deleted = jedis.evalsha(release, List.of(held), List.of(id));
            if (!Long.valueOf(1).equals(deleted)) {
                throw new IllegalStateException("a release deleted " + deleted + " keys");
            }
        }

        @Override
        public void close() {
            jedis.close();
        }
    }
}
