package dev.holdfast.lock.tck;

import dev.holdfast.lock.DistributedLock;
import dev.holdfast.lock.LockClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.AssertionFailedError;

/**
 * What a run of contenders for one lock left.
 *
 * @param history what the history shows
 * @param accepted increments that the contenders saw accepted
 * @param value the counter's final value
 * @param seed of the random choices, for messages
 */
record Contention(HistoryChecker.Findings history, long accepted, long value, long seed) {
    private static final int GRANTS_MIN = 10;

    /** Eight threads of two clients in this JVM. */
    static Contention inOneJvm(Stage stage, Duration howLong) throws Exception {
        LockClient a = stage.client();
        LockClient b = stage.client();
        String name = stage.name();
        List<DistributedLock> locks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            locks.add(a.named(name));
            locks.add(b.named(name));
        }
        Path directory = Files.createTempDirectory("holdfast-tck");
        Path events = directory.resolve("history");
        Path count = directory.resolve("counter");
        long seed = System.nanoTime();
        try (History history = History.appendTo(events);
                LostUpdate counter = LostUpdate.in(count)) {
            Contenders contenders = new Contenders("thread", history, counter, seed);
            long end = System.nanoTime() + Timing.patience().toNanos();
            do {
                contenders.run(locks, howLong);
                // A store where waiters poll hands over slowly.
            } while (contenders.grants() < GRANTS_MIN && System.nanoTime() - end < 0);
            return of(events, contenders.accepted(), counter.value(), seed);
        } finally {
            delete(directory);
        }
    }

    /** Two other JVMs with this many threads each. */
    static Contention inTwoJvms(Stage stage, int threads, Duration howLong) throws Exception {
        Path directory = Files.createTempDirectory("holdfast-tck");
        Path events = directory.resolve("history");
        Path count = directory.resolve("counter");
        String name = stage.name();
        long seed = System.nanoTime();
        try {
            List<ChildJvm> children = new ArrayList<>();
            for (String label : List.of("A", "B")) {
                children.add(stage.keep(ChildJvm.start(
                        ContenderMain.class,
                        List.of(),
                        stage.harness().url(),
                        LockTaker.encode(name),
                        Long.toString(stage.lease().toMillis()),
                        Integer.toString(threads),
                        Long.toString(howLong.toMillis()),
                        label,
                        Long.toString(seed),
                        events.toString(),
                        count.toString())));
            }
            long accepted = run(children, howLong);
            try (LostUpdate counter = LostUpdate.in(count)) {
                return of(events, accepted, counter.value(), seed);
            }
        } finally {
            delete(directory);
        }
    }

    private static long run(List<ChildJvm> children, Duration howLong) throws InterruptedException {
        for (ChildJvm child : children) {
            child.line(ChildJvm.FIRST_CONTACT.plus(Timing.patience()));
        }
        for (ChildJvm child : children) {
            child.tell("go");
        }
        long accepted = 0;
        for (ChildJvm child : children) {
            String[] done = child.line(howLong.plus(Timing.patience())).split(" ", -1);
            if (!done[0].equals("done")) {
                throw new AssertionFailedError("a contender in another JVM said " + String.join(" ", done));
            }
            accepted += Long.parseLong(done[2]);
        }
        return accepted;
    }

    private static Contention of(Path events, long accepted, long value, long seed) throws IOException {
        HistoryChecker.Findings findings = HistoryChecker.check(History.read(events));
        if (findings.grants() < GRANTS_MIN) {
            throw new AssertionFailedError("only " + findings.grants() + " grants and " + findings.unknown()
                    + " unknown outcomes: too few to show anything");
        }
        return new Contention(findings, accepted, value, seed);
    }

    private static void delete(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve("history"));
        Files.deleteIfExists(directory.resolve("counter"));
        Files.delete(directory);
    }

    /** For messages. */
    String summary() {
        return history.grants() + " grants, " + history.unknown() + " unknown, seed " + seed;
    }
}
