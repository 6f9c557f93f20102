package dev.holdfast.lock.tck.faults;

import dev.holdfast.lock.tck.ChildJvm;
import dev.holdfast.lock.tck.ContenderMain;
import dev.holdfast.lock.tck.History;
import dev.holdfast.lock.tck.HistoryChecker;
import dev.holdfast.lock.tck.HistoryChecker.Findings;
import dev.holdfast.lock.tck.LostUpdate;
import dev.holdfast.lock.tck.Nemesis;
import dev.holdfast.lock.tck.Nemesis.Victim;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.Timing;
import dev.holdfast.lock.tck.Violation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Two JVMs contend for one lock while a {@link Nemesis} strikes again and again, until a thousand leases have been
 * granted; every holder increments a fenced counter, which refuses whoever was held up until the next one had counted.
 * Then the history is checked, without excuse: nothing predicts a violation here.
 */
public final class NemesisRun {
    private static final int THREADS = 3;
    private static final int GRANTS = 1_000;
    private static final int ROUNDS_MOST = 5;
    private static final Duration READY = Duration.ofSeconds(60);
    private static final List<String> PROCESSES = List.of("A", "B");

    private final Nemesis nemesis;
    private final long seed;
    private final Duration round;
    private final Path history;
    private final Path counter;
    private int strikes;
    private long accepted;

    private NemesisRun(Nemesis nemesis, long seed, Duration round, Path directory) {
        this.nemesis = nemesis;
        this.seed = seed;
        this.round = round;
        this.history = directory.resolve("history");
        this.counter = directory.resolve("counter");
    }

    /**
     * Runs. What is found keeps its history, as {@link FaultRun} does.
     *
     * @param round how long they contend, once; again where that was too short for a thousand grants
     */
    public static NemesisResult on(Nemesis nemesis, long seed, Duration round) throws Exception {
        Optional<String> impossible = nemesis.impossible();
        if (impossible.isPresent()) {
            return NemesisResult.impossible(nemesis.title(), seed, impossible.get());
        }
        try (RunDirectory directory = RunDirectory.create()) {
            NemesisResult result = new NemesisRun(nemesis, seed, round, directory.path()).run();
            if (result.clean()) {
                directory.discard();
            }
            return result;
        }
    }

    private NemesisResult run() throws Exception {
        long began = System.nanoTime();
        Findings findings;
        try (Victim victim = nemesis.start()) {
            int rounds = 0;
            do {
                contend(victim, seed + rounds);
                findings = HistoryChecker.check(History.read(history));
                rounds++;
            } while (findings.grants() < GRANTS && rounds < ROUNDS_MOST);
        }
        long lost;
        try (LostUpdate fenced = LostUpdate.in(counter)) {
            lost = accepted - fenced.value();
        }
        return new NemesisResult(
                nemesis.title(),
                seed,
                (System.nanoTime() - began) / 1e9,
                strikes,
                findings.grants(),
                findings.unknown(),
                findings.of(Rule.S1).size(),
                findings.of(Rule.S2).size(),
                lost,
                problems(findings, lost),
                null);
    }

    private void contend(Victim victim, long roundSeed) throws Exception {
        Random random = new Random(roundSeed);
        Duration patience = round.plus(Timing.patience().multipliedBy(2));
        List<ChildJvm> children = start(victim, roundSeed);
        try {
            for (ChildJvm child : children) {
                child.line(READY);
            }
            children.forEach(child -> child.tell("go"));
            // The last one shall have struck before the contenders go home.
            long last = System.nanoTime() + round.multipliedBy(3).dividedBy(4).toNanos();
            do {
                victim.strike(random);
                strikes++;
            } while (System.nanoTime() - last < 0);
            for (ChildJvm child : children) {
                String[] done = child.line(patience).split(" ", -1);
                if (!done[0].equals("done")) {
                    throw new IllegalStateException("a process that contends said: " + String.join(" ", done));
                }
                accepted += Long.parseLong(done[2]);
            }
        } finally {
            children.forEach(ChildJvm::close);
        }
    }

    private List<ChildJvm> start(Victim victim, long roundSeed) {
        List<ChildJvm> children = new ArrayList<>();
        for (String process : PROCESSES) {
            children.add(ChildJvm.start(
                    ContenderMain.class,
                    List.of(),
                    victim.url(),
                    "contended",
                    Long.toString(victim.leaseTime().toMillis()),
                    Integer.toString(THREADS),
                    Long.toString(round.toMillis()),
                    process + roundSeed,
                    Long.toString(roundSeed),
                    history.toString(),
                    counter.toString()));
        }
        return children;
    }

    private List<String> problems(Findings findings, long lost) {
        List<String> problems = new ArrayList<>();
        findings.failures().stream().map(Violation::toString).forEach(problems::add);
        if (lost != 0) {
            problems.add(lost + " accepted updates are missing from the fenced counter");
        }
        if (findings.grants() < GRANTS) {
            problems.add("only " + findings.grants() + " leases were granted, which shows too little");
        }
        if (!problems.isEmpty()) {
            problems.add("the whole history is in " + history);
        }
        return problems;
    }
}
