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
    private static final String BUSY = "busy";
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration SHORT_WORK = Duration.ofMillis(20);

    /** What is done to the servers. */
    @FunctionalInterface
    public interface Act {
        void run() throws Exception;
    }

    /**
     * What came of it.
     *
     * @param findings of the checker; its recoveries exclude what happened while something was being done
     * @param lost accepted updates that the fenced counters lost
     * @param served for each thing done, how long the lock that always changes hands was not granted anew, for people
     */
    public record Outcome(Findings findings, long lost, List<String> served) {
        /** With its own copies. */
        public Outcome {
            served = List.copyOf(served);
        }

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
            served.forEach(each -> text.append("; ").append(each));
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
    private final List<String> served = new ArrayList<>();
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
            contend(BUSY, SHORT_WORK, directory);
            contend("held", lease.multipliedBy(3).dividedBy(2), directory);
            awaitGrants();
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
        recovered(name);
    }

    /**
     * Does something that lasts, lets them go on with it for about a lease, and undoes it; every lock has to be granted
     * again in both cases.
     *
     * @param effects what the end of it may do to leases; as long as it lasts it may do nothing but slow them down
     */
    public void degraded(String name, Act begin, String back, Set<Effect> effects, Act end) throws Exception {
        long begins = System.nanoTime();
        begin.run();
        long acts = System.nanoTime();
        recovered(name);
        peace();
        long ends = System.nanoTime();
        disturbances.add(new Disturbance(name, Set.of(), begins, acts, ends, ends, Set.of(), Rule.L1));
        disturb(back, effects, end);
    }

    private void recovered(String name) throws Exception {
        AtomicLong busy = grants.getOrDefault(BUSY, new AtomicLong());
        long before = busy.get();
        Duration took = Await.took(() -> Await.holdsWithin(LIMIT, () -> busy.get() > before));
        served.add(name + ": next grant after " + took.toMillis() + " ms");
        awaitGrants();
    }

    /** Lets them go on in peace for about a lease, in which nothing may be waited for but time. */
    public void peace() throws Exception {
        Await.never("a worker ended", lease, () -> working.stream().anyMatch(Future::isDone));
    }

    private void awaitGrants() throws Exception {
        for (Map.Entry<String, AtomicLong> each : grants.entrySet()) {
            long enough = each.getValue().get() + 1;
            Await.until(
                    "one more grant of " + each.getKey(),
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
        return new Outcome(findings, lost, served);
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
