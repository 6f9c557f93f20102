package dev.holdfast.lock.cli;

import dev.holdfast.lock.cli.ReportModel.Column;
import dev.holdfast.lock.tck.faults.FaultResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the kit on several stores, and then measures one after the other while nothing else runs. */
final class Comparison implements AutoCloseable {
    /** As measured; what takes longest begins first. */
    private static final List<String> SLOWEST_FIRST = List.of(
            "redis-sentinel-strict",
            "redis-strict",
            "redlock",
            "zookeeper-3",
            "etcd-3",
            "zookeeper",
            "postgresql-row",
            "etcd",
            "postgresql-advisory",
            "redis");

    /** Each has four JVMs, which mostly wait; some of its rules are about time. */
    private static final int FAULT_RUNS_AT_ONCE = 3;

    private final Optional<Path> log;
    private final Progress progress;
    private final Map<String, KitProcess> kits = new ConcurrentHashMap<>();
    private List<StoreFaults> faults = List.of();

    /**
     * A comparison.
     *
     * @param log where the JVMs of the kit write their standard error
     */
    Comparison(Optional<Path> log, List<String> stores, PrintWriter err, boolean terminal) {
        this.log = log;
        this.progress = new Progress(stores, err, terminal);
    }

    /** The columns of these stores, in this order; with a plan, their fault runs are made too. */
    List<Column> of(List<Subject> subjects, int atOnce, Optional<FaultPlan> plan) throws InterruptedException {
        Map<Subject, Future<Optional<String>>> problems = new HashMap<>();
        List<Subject> longestFirst = new ArrayList<>(subjects);
        longestFirst.sort(Comparator.comparingInt(subject -> turn(subject.store())));
        ExecutorService pool = Executors.newFixedThreadPool(atOnce);
        try {
            for (Subject subject : longestFirst) {
                problems.put(subject, pool.submit(() -> run(subject)));
            }
            for (Future<Optional<String>> problem : problems.values()) {
                result(problem);
            }
        } finally {
            pool.shutdownNow();
        }
        if (plan.isPresent()) {
            List<String> running = new ArrayList<>();
            for (Subject subject : subjects) {
                if (result(Optional.ofNullable(problems.get(subject)).orElseThrow())
                        .isEmpty()) {
                    running.add(subject.store());
                }
            }
            faults = faults(running, plan.get());
        }
        progress.close();
        List<Column> columns = new ArrayList<>();
        for (Subject subject : subjects) {
            Optional<String> problem =
                    result(Optional.ofNullable(problems.get(subject)).orElseThrow());
            columns.add(
                    problem.isPresent()
                            ? Column.missing(subject.store(), subject.scheme(), problem.get())
                            : kit(subject.store()).measure());
        }
        return columns;
    }

    private static int turn(String store) {
        int turn = SLOWEST_FIRST.indexOf(store);
        return turn < 0 ? SLOWEST_FIRST.size() : turn;
    }

    /** The fault runs of these stores, in the order of their columns; empty without a plan. */
    List<StoreFaults> faults() {
        return faults;
    }

    private List<StoreFaults> faults(List<String> stores, FaultPlan plan) throws InterruptedException {
        Map<String, Future<StoreFaults>> runs = new HashMap<>();
        ExecutorService pool = Executors.newFixedThreadPool(FAULT_RUNS_AT_ONCE);
        try {
            stores.stream()
                    .sorted(Comparator.comparingInt(Comparison::turn))
                    .forEach(store -> runs.put(store, pool.submit(() -> faults(store, plan))));
            List<StoreFaults> all = new ArrayList<>();
            for (String store : stores) {
                all.add(result(Optional.ofNullable(runs.get(store)).orElseThrow()));
            }
            return all;
        } finally {
            pool.shutdownNow();
        }
    }

    private StoreFaults faults(String store, FaultPlan plan) throws InterruptedException {
        List<FaultResult> runs = new ArrayList<>();
        for (int i = 0; i < plan.repeat(); i++) {
            // Another seed each time: verdicts are the store's, not the schedule's.
            kit(store).runFaults(plan.seed() + i, plan.atLeast(), progress).ifPresent(runs::add);
        }
        return new StoreFaults(store, runs, plan.repeat() - runs.size());
    }

    /** The column of the store at this URL, whose namespace is the kit's own. */
    Column of(String store, String scheme, String url) throws InterruptedException {
        Optional<String> problem = run(store, scheme, Optional.of(url));
        progress.close();
        return problem.isPresent()
                ? Column.missing(store, scheme, problem.get())
                : kit(store).measure();
    }

    private Optional<String> run(Subject subject) throws InterruptedException {
        Optional<String> missing = subject.missing();
        if (missing.isPresent()) {
            progress.missing(subject.store());
            return missing;
        }
        return run(subject.store(), subject.scheme(), Optional.empty());
    }

    private Optional<String> run(String store, String scheme, Optional<String> url) throws InterruptedException {
        progress.starting(store);
        KitProcess kit = new KitProcess(store, scheme, url, log);
        kits.put(store, kit);
        return kit.runKit(progress);
    }

    private KitProcess kit(String store) {
        return Optional.ofNullable(kits.get(store)).orElseThrow();
    }

    private static <T> T result(Future<T> problem) throws InterruptedException {
        try {
            return problem.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Ends the JVMs and their stores. */
    @Override
    public void close() {
        kits.values().forEach(KitProcess::close);
        progress.close();
    }
}
