package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.tck.Await;
import dev.holdfast.lock.tck.ClockedStore;
import dev.holdfast.lock.tck.Disturbance;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.LinkControl;
import dev.holdfast.lock.tck.LockHarness;
import dev.holdfast.lock.tck.Nemesis;
import dev.holdfast.lock.tck.NotApplicable;
import dev.holdfast.lock.tck.Terms;
import dev.holdfast.lock.tck.Timing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Processes contend for several locks while one fault after the other happens to them, their connections and their
 * store, with quiet between; then the locks must be free and the store empty, and the history is checked.
 */
public final class FaultRun {
    private static final int LOCKS = 3;
    private static final int THREADS = 3;
    private static final Duration NEMESIS = Duration.ofSeconds(20);

    /**
     * What to do.
     *
     * @param seed of the schedule and of every choice
     * @param atLeast goes on with further rounds for as long; every fault is made once in any case
     * @param faults the faults to make, as far as a run and the harness can
     * @param nemeses whether each {@link Nemesis} of the harness strikes afterwards
     */
    public record Plan(long seed, Duration atLeast, Set<Fault> faults, boolean nemeses) {
        /** With its own copies. */
        public Plan {
            faults = Set.copyOf(faults);
        }

        /** Every fault that a run can make, and every nemesis. */
        public static Plan ofAll(long seed, Duration atLeast) {
            return new Plan(seed, atLeast, Faults.all(), true);
        }

        /** These faults alone. */
        public static Plan of(long seed, Duration atLeast, Set<Fault> faults) {
            return new Plan(seed, atLeast, faults, false);
        }
    }

    private final LockHarness harness;
    private final Plan plan;
    private final Consumer<String> progress;
    private final List<String> locks;
    private final List<Crew> crews = new ArrayList<>();
    private final List<Disturbance> disturbances = new ArrayList<>();
    private final Map<Fault, String> impossible = new EnumMap<>(Fault.class);
    private final Duration lease;
    private final Optional<ClockedStore> clock;

    private FaultRun(LockHarness harness, Optional<ClockedStore> clock, Plan plan, Consumer<String> progress) {
        this.harness = harness;
        this.clock = clock;
        this.plan = plan;
        this.progress = progress;
        String run = UUID.randomUUID().toString().substring(0, 8);
        this.locks = Stream.iterate(1, i -> i + 1)
                .limit(LOCKS)
                .map(i -> "faults-" + run + "-" + i)
                .toList();
        this.lease = Timing.scaled(harness.shortestLease());
    }

    /**
     * Runs: on the store of this harness, or, where the clock of the store is to be moved and can be, on another one
     * that is started the same way under a clock of its own. A run that is not clean keeps its history below
     * {@code target}, or among the temporary files where there is no such directory.
     *
     * @param progress told what happens next
     */
    public static FaultResult on(LockHarness harness, Plan plan, Consumer<String> progress) throws Exception {
        FaultResult result = withFaults(harness, plan, progress);
        if (!plan.nemeses()) {
            return result;
        }
        List<NemesisResult> nemeses = new ArrayList<>();
        for (Nemesis nemesis : harness.nemeses()) {
            progress.accept("again and again: " + nemesis.title());
            nemeses.add(NemesisRun.on(nemesis, plan.seed(), NEMESIS));
        }
        return result.with(nemeses);
    }

    private static FaultResult withFaults(LockHarness harness, Plan plan, Consumer<String> progress) throws Exception {
        if (!plan.faults().contains(Fault.STORE_CLOCK)
                || harness.impossible(Fault.STORE_CLOCK).isPresent()) {
            return new FaultRun(harness, Optional.empty(), plan, progress).run();
        }
        try (ClockedStore clocked = harness.clockedStore()) {
            return new FaultRun(clocked.harness(), Optional.of(clocked), plan, progress).run();
        }
    }

    private FaultResult run() throws Exception {
        try (RunDirectory directory = RunDirectory.create()) {
            Path file = CrewMain.Order.history(directory.path());
            try {
                FaultResult result = run(directory.path(), file);
                if (result.clean()) {
                    directory.discard();
                    return result;
                }
                return result.keptIn(file);
            } finally {
                crews.forEach(Crew::close);
                if (directory.isKept()) {
                    progress.accept("its history is kept: " + file);
                }
            }
        }
    }

    private FaultResult run(Path directory, Path file) throws Exception {
        long began = System.nanoTime();
        try (History history = History.appendTo(file);
                Resources resources = Resources.in(directory, locks);
                HistoryTail tail = new HistoryTail(file);
                LockClient probe = harness.open(ClientOptions.builder()
                        .leaseTime(lease)
                        .connectTimeout(Duration.ofSeconds(30))
                        .build())) {
            Workers.recordStalls("run", history);
            FaultStage stage = new FaultStage(harness, lease, locks, crews, tail, clock);
            start(directory, history, resources);
            disturb(stage, began);
            for (Crew crew : crews) {
                crew.rest();
            }
            progress.accept("looks for what is left");
            Optional<String> left = left();
            Worker last = new Worker("probe/0", history, resources, lease);
            List<String> stuck = new ArrayList<>();
            for (String lock : locks) {
                if (!last.attempt(probe.named(lock), Timing.patience().plus(lease), held -> {})) {
                    stuck.add(lock);
                }
            }
            Terms terms = new Terms(
                    probe.info().leaseTime(),
                    harness.crashSlack(),
                    Timing.scaled(Duration.ofSeconds(1)),
                    harness.claims());
            double seconds = (System.nanoTime() - began) / 1e9;
            return new FaultJudge(harness, plan.seed(), disturbances, impossible, terms)
                    .judge(History.read(file), resources, left, stuck, stage.outages(), seconds);
        }
    }

    private void start(Path directory, History history, Resources resources) throws InterruptedException {
        progress.accept("starts its processes");
        if (harness.processes()) {
            String direct = harness.url();
            String far = harness.link().map(LinkControl::url).orElse(direct);
            boolean linked = harness.link().isPresent();
            crews.add(new ChildCrew(order("A", direct, directory), false));
            crews.add(new ChildCrew(order("B", far, directory), linked));
            crews.add(new ChildCrew(order("C", far, directory), linked));
        } else {
            for (String name : List.of("A1", "B1", "C1")) {
                ClientOptions options = ClientOptions.builder().leaseTime(lease).build();
                Workers.Task task = new Workers.Task(name, locks, THREADS, lease, plan.seed() + name.charAt(0));
                crews.add(new LocalCrew(name, new Workers(task, harness.open(options), history, resources)));
            }
        }
        for (Crew crew : crews) {
            crew.awaitReady();
        }
        for (Crew crew : crews) {
            crew.go();
        }
    }

    private CrewMain.Order order(String name, String url, Path directory) {
        return new CrewMain.Order(name, url, lease, locks, THREADS, plan.seed() + name.charAt(0), directory);
    }

    private void disturb(FaultStage stage, long began) throws Exception {
        List<Fault> possible = new ArrayList<>();
        for (Fault fault : plan.faults()) {
            if (Faults.all().contains(fault)) {
                harness.impossible(fault).ifPresentOrElse(why -> impossible.put(fault, why), () -> possible.add(fault));
            }
        }
        FaultSchedule schedule = new FaultSchedule(plan.seed(), possible);
        Faults faults = new Faults(stage);
        Duration recovery = lease.multipliedBy(3).plus(Timing.patience());
        for (int i = 0; i < schedule.roundLength() || (!possible.isEmpty() && goesOn(began)); i++) {
            FaultSchedule.Entry entry = schedule.next();
            stage.peace(lease.multipliedBy(entry.gapPercent()).dividedBy(100));
            if (impossible.containsKey(entry.fault())) {
                continue;
            }
            progress.accept("fault " + (i + 1) + ": " + entry.fault().title());
            try {
                Disturbance made = faults.make(entry.fault(), new Random(entry.seed()));
                disturbances.add(made);
                // If this does not come, the checker says so; the next fault must not hide it.
                stage.recovered(made.over(), recovery);
            } catch (NotApplicable e) {
                impossible.put(entry.fault(), String.valueOf(e.getMessage()));
            }
        }
        stage.peace(lease.multipliedBy(2));
    }

    private boolean goesOn(long began) {
        return System.nanoTime() - began < plan.atLeast().toNanos();
    }

    /** What the store keeps when nobody holds and nobody waits, and every lease has run out. */
    private Optional<String> left() throws Exception {
        if (harness.residue().isEmpty()) {
            return Optional.empty();
        }
        Duration within = lease.multipliedBy(3).plus(harness.crashSlack()).plus(Timing.patience());
        boolean empty =
                Await.holdsWithin(within, () -> harness.residue().orElseThrow().isEmpty());
        return empty
                ? Optional.empty()
                : Optional.of(String.join("; ", harness.residue().orElseThrow()));
    }
}
