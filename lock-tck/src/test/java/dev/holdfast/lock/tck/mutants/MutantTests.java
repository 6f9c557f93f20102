package dev.holdfast.lock.tck.mutants;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * A test for each mutant. Trials run side by side, because they mostly wait; one that counts threads of the JVM or
 * starts other ones runs alone. On a busy machine a delay can hide a defect for once, so a mutant that was not found
 * out is tried again alone, unless all are to be found several times in a row. {@code -Dholdfast.mutants=REGEX} chooses
 * by id.
 */
public final class MutantTests implements AutoCloseable {
    private static final Pattern ONLY = Pattern.compile(System.getProperty("holdfast.mutants", ""));
    private static final String CLASS_PATH = "java.class.path";
    private static final ReentrantReadWriteLock TURNS = new ReentrantReadWriteLock(true);

    private final ExecutorService trials;

    /** With this many trials at a time. */
    public MutantTests(int sideBySide) {
        this.trials = Executors.newFixedThreadPool(sideBySide);
    }

    /** The tests of the mutants below these directories of the module's {@code src/test/resources/mutants}. */
    public Stream<DynamicTest> of(MutantRunner runner, String module, String... directories) {
        List<DynamicTest> tests = new ArrayList<>();
        Stream.of(directories)
                .flatMap(directory -> runner.mutants(module, directory).stream())
                .filter(mutant -> ONLY.matcher(mutant.id()).find())
                .sorted(Comparator.comparing(Mutant::alone))
                .forEach(mutant -> tests.add(test(runner, mutant)));
        return tests.stream();
    }

    private DynamicTest test(MutantRunner runner, Mutant mutant) {
        Callable<Void> trial = () -> {
            try {
                inTurn(mutant.alone(), runner, mutant);
            } catch (AssertionError survived) {
                if (MutantRunner.REPEAT > 1) {
                    throw survived;
                }
                inTurn(true, runner, mutant);
            }
            return null;
        };
        Future<Void> running = trials.submit(trial);
        return dynamicTest(mutant.toString(), () -> {
            try {
                running.get();
            } catch (ExecutionException e) {
                throw e.getCause();
            }
        });
    }

    private static void inTurn(boolean alone, MutantRunner runner, Mutant mutant) throws Exception {
        Lock turn = alone ? TURNS.writeLock() : TURNS.readLock();
        turn.lock();
        try {
            runner.mustBeFoundOut(mutant);
        } finally {
            turn.unlock();
        }
    }

    /** Lets JVMs and class loaders that the kit starts see the mutant too; only while nothing else runs. */
    static AutoCloseable classPathBeginsWith(Path mutant) {
        String before = System.getProperty(CLASS_PATH);
        System.setProperty(CLASS_PATH, mutant + File.pathSeparator + before);
        return () -> System.setProperty(CLASS_PATH, before);
    }

    /** Stops trials that nobody waits for any more. */
    @Override
    public void close() {
        trials.shutdownNow();
    }
}
