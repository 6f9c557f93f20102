package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.Disturbance;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.HistoryChecker;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.LostUpdate;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.Terms;
import dev.holdfast.lock.tck.Timing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Three clients that contend for two locks, while somebody does something to the servers of their store: one lock
 * changes hands all the time, the other is held for up to a lease and a half, so that there is a holder whenever
 * something happens. Everything is recorded, and the history is checked at the end.
 */
public final class ClusterLoad implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final Duration SHORT_WORK = Duration.ofMillis(20);

    /** What is done to the servers. */
    @FunctionalInterface
    public interface Act {
        void run() throws Exception;
    }

    /**
     * What came of it.
     *
     * @param findings of the checker; recoveries exclude the time during which something was being done
     * @param lost accepted updates that the fenced counters lost
     */
    public record Outcome(Findings findings, long lost) {
        /** The overlaps that were expected of the store, and not prevented by its driver. */
        public long expectedOverlaps() {
            return findings.of(Rule.S1).stream()
                    .filter(violation -> violation.predicted().isPresent())
                    .count();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder()
                    .append(findings.grants())
                    .append(" grants, ")
                    .append(findings.unknown())
                    .append(" unknown, ")
                    .append(expectedOverlaps())
                    .append(" overlaps expected of the store, ")
                    .append(findings.rejected())
                    .append(" stale requests rejected, ")
                    .append(lost)
                    .append(" updates lost");
            findings.recoveries().forEach(recovery -> text.append("; ")
                    .append(recovery.disturbance().name())
                    .append(": nobody had a lock for ")
                    .append(recovery.nanos() / 1_000_000)
                    .append(" ms"));
            findings.failures().forEach(violation -> text.append("\n  ").append(violation));
            return text.toString();
        }
    }

    private final LockHarness harness;
    private final Duration lease;
    private final Path file;
    private final History history;
    private final Map<String, AtomicLong> grants = new TreeMap<>();
    private final List<LostUpdate> counters = new ArrayList<>();
    private final List<LockClient> clients = new ArrayList<>();
    private final List<Disturbance> disturbances = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> working = new ArrayList<>();
    private volatile boolean goOn = true;

    /** Opens the clients and lets them contend; the directory is for the history and the counters. */
    public ClusterLoad(LockHarness harness, Duration lease, Path directory) throws Exception {
        this.harness = harness;
        this.lease = lease;
        this.file = directory.resolve("history");
        this.history = History.appendTo(file);
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(harness.open(ClientOptions.builder()
                        .leaseTime(lease)
                        .connectTimeout(Duration.ofSeconds(20))
                        .build()));
            }
            contend("busy", SHORT_WORK, directory);
            contend("held", lease.multipliedBy(3).dividedBy(2), directory);
            awaitGrants(3);
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private void contend(String name, Duration longest, Path directory) {
        LostUpdate counter = LostUpdate.in(directory.resolve(name));
        counters.add(counter);
        AtomicLong count = new AtomicLong();
        grants.put(name, count);
        for (int i = 0; i < CLIENTS; i++) {
            String who = "client" + i + "/" + name;
            LoadWorker worker = new LoadWorker(who, clients.get(i).named(name), history, counter, count);
            Random random = new Random(who.hashCode());
            working.add(threads.submit(() -> {
                worker.run(() -> goOn, longest, random);
                return null;
            }));
        }
    }

    /**
     * Does it, and returns when every lock has been granted again since.
     *
     * @param effects what it may do to leases; empty for a fault that must not show
     */
    public void disturb(String name, Set<Effect> effects, Act act) throws Exception {
        long begins = System.nanoTime();
        act.run();
        long over = System.nanoTime();
        disturbances.add(new Disturbance(name, Set.of(), begins, over, over, over, effects, Rule.L1));
        awaitGrants(2);
    }

    /** Lets them go on in peace for about a lease, in which nothing may be waited for but time. */
    public void peace() throws Exception {
        Await.never("a worker ended", lease, () -> working.stream().anyMatch(Future::isDone));
    }

    private void awaitGrants(long more) throws Exception {
        for (Map.Entry<String, AtomicLong> each : grants.entrySet()) {
            long enough = each.getValue().get() + more;
            Await.until(
                    more + " more grants of " + each.getKey(),
                    lease.multipliedBy(6).plus(Timing.patience().multipliedBy(2)),
                    () -> each.getValue().get() >= enough || working.stream().anyMatch(Future::isDone));
        }
    }

    /** Lets everybody finish, and checks what they recorded. */
    public Outcome finish() throws Exception {
        goOn = false;
        for (Future<?> worker : working) {
            try {
                worker.get();
            } catch (ExecutionException e) {
                throw new AssertionError("a worker failed: " + e.getCause(), e.getCause());
            }
        }
        Terms terms = new Terms(
                clients.get(0).info().leaseTime(),
                harness.crashSlack(),
                Timing.scaled(Duration.ofSeconds(1)),
                Set.of());
        Findings findings = HistoryChecker.check(read(), disturbances, terms);
        long lost = counters.stream()
                .mapToLong(counter -> counter.accepted() - counter.value())
                .sum();
        return new Outcome(findings, lost);
    }

    private History.Recorded read() throws IOException {
        return History.read(file);
    }

    @Override
    public void close() {
        goOn = false;
        threads.shutdownNow();
        clients.forEach(LockClient::close);
        counters.forEach(LostUpdate::close);
        history.close();
    }
}
