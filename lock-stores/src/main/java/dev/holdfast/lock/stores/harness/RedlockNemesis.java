package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.Nemesis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** What a Redlock of five must bear without anybody noticing; see {@code docs/redlock.md}. */
public enum RedlockNemesis implements Nemesis {
    /** Two at once are killed and come back without data. */
    EMPTIED("any two of five restarted empty") {
        @Override
        Started started() {
            return new Started(List.of(), Duration.ofSeconds(1), "") {
                @Override
                public void strike(Random random) {
                    restartEmpty(random);
                }
            };
        }
    },
    EMPTIED_AMONG_CLOCKS_APART("the same, their clocks 1 s apart") {
        @Override
        Started started() {
            return new Started(apart(), Duration.ofSeconds(1), "") {
                @Override
                public void strike(Random random) {
                    restartEmpty(random);
                }
            };
        }
    },
    /** There and back; the clients reckon with it. */
    CLOCK_JUMPS("clocks of any two jump by 0.5 s") {
        @Override
        Started started() {
            List<Duration> right = Collections.nCopies(SERVERS, Duration.ZERO);
            return new Started(right, MAX_LEASE, "&clockJump=500ms") {
                @Override
                public void strike(Random random) {
                    moveClocks(random);
                }
            };
        }
    };

    private static final int SERVERS = 5;
    private static final int MINORITY = 2;
    private static final Duration MAX_LEASE = Duration.ofSeconds(2);
    private static final Duration JUMP = Duration.ofMillis(500);
    private static final String NAMESPACE = "nemesis";

    private final String title;

    RedlockNemesis(String title) {
        this.title = title;
    }

    abstract Started started();

    @Override
    public String title() {
        return title;
    }

    @Override
    public Optional<String> impossible() {
        return this == EMPTIED ? Optional.empty() : MovableClock.missing();
    }

    @Override
    public Victim start() {
        return started();
    }

    /** Half a second ahead or behind, each. */
    private static List<Duration> apart() {
        return List.of(JUMP, JUMP.negated(), JUMP, JUMP.negated(), Duration.ZERO);
    }

    /** Five servers of their own, with clocks that can be moved where offsets are given. */
    private abstract static class Started implements Victim {
        private final List<MovableClock> clocks = new ArrayList<>();
        private final RedlockServers servers;
        private final Duration leaseTime;
        private final String parameters;

        Started(List<Duration> ahead, Duration leaseTime, String parameters) {
            this.leaseTime = leaseTime;
            this.parameters = parameters;
            for (Duration offset : ahead) {
                MovableClock clock = new MovableClock();
                clock.move(offset);
                clocks.add(clock);
            }
            servers = RedlockServers.start(SERVERS, MAX_LEASE, clocks);
            servers.declareNew(NAMESPACE);
        }

        @Override
        public String url() {
            return servers.url(NAMESPACE) + parameters;
        }

        @Override
        public Duration leaseTime() {
            return leaseTime;
        }

        private static List<Integer> victims(Random random) {
            List<Integer> indexes = new ArrayList<>();
            for (int i = 0; i < SERVERS; i++) {
                indexes.add(i);
            }
            Collections.shuffle(indexes, random);
            return indexes.subList(0, MINORITY);
        }

        void restartEmpty(Random random) {
            List<RunningStore> victims =
                    victims(random).stream().map(servers.all()::get).toList();
            victims.forEach(RunningStore::kill);
            pass(random.nextInt(500));
            victims.forEach(RunningStore::restartEmpty);
            // They sit out maxLease from their first request on; no third may suffer before.
            pass(MAX_LEASE.toMillis() + 700);
        }

        /** One jump for each lease. */
        void moveClocks(Random random) {
            List<Integer> victims = victims(random);
            victims.forEach(server -> clocks.get(server).move(JUMP));
            pass(MAX_LEASE.toMillis() + random.nextInt(200));
            victims.forEach(server -> clocks.get(server).move(Duration.ZERO));
            pass(MAX_LEASE.toMillis() + random.nextInt(200));
        }

        /** The passing of time is part of what befalls them. */
        private static void pass(long millis) {
            long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }

        @Override
        public void close() {
            servers.close();
            clocks.forEach(MovableClock::close);
        }
    }
}
