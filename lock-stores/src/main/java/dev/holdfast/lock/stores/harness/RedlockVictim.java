package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.Nemesis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/** Five servers for a {@link RedlockNemesis}, under clocks that can be moved where it says how far they are ahead. */
final class RedlockVictim implements Nemesis.Victim {
    static final int SERVERS = 5;
    static final Duration MAX_LEASE = Duration.ofSeconds(2);

    private static final int MINORITY = 2;
    private static final Duration JUMP = Duration.ofMillis(500);

    /** Longer than a lease, now and then. */
    private static final int DEAD_MOST_MILLIS = 1_500;

    private static final String NAMESPACE = "nemesis";

    private final RedlockServers servers;
    private final Duration leaseTime;
    private final String parameters;
    private final BiConsumer<RedlockVictim, Random> strike;

    RedlockVictim(
            List<Duration> ahead, Duration leaseTime, String parameters, BiConsumer<RedlockVictim, Random> strike) {
        this.leaseTime = leaseTime;
        this.parameters = parameters;
        this.strike = strike;
        servers = RedlockServers.startAhead(SERVERS, MAX_LEASE, ahead);
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

    @Override
    public void strike(Random random) {
        strike.accept(this, random);
    }

    private static List<Integer> minority(Random random) {
        List<Integer> indexes = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            indexes.add(i);
        }
        Collections.shuffle(indexes, random);
        return indexes.subList(0, MINORITY);
    }

    void restartEmpty(Random random) {
        List<RunningStore> victims =
                minority(random).stream().map(servers.all()::get).toList();
        victims.forEach(RunningStore::kill);
        pass(random.nextInt(DEAD_MOST_MILLIS));
        victims.forEach(RunningStore::restartEmpty);
        // They sit out maxLease from their first request on; no third may suffer before.
        pass(MAX_LEASE.toMillis() + 700);
    }

    /** One jump for each lease. */
    void moveClocks(Random random) {
        List<Integer> victims = minority(random);
        victims.forEach(server -> servers.clocks().get(server).move(JUMP));
        pass(MAX_LEASE.toMillis() + random.nextInt(200));
        victims.forEach(server -> servers.clocks().get(server).move(Duration.ZERO));
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
    }
}
