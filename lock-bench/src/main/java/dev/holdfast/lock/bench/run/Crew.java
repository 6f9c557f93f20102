package dev.holdfast.lock.bench.run;

import dev.holdfast.lock.bench.run.Contender.Hand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Some workers who begin at the same moment. */
final class Crew {
    /** What one of them does. */
    @FunctionalInterface
    interface Task<T> {
        T work(int worker) throws Exception;
    }

    private Crew() {}

    /**
     * Runs the task once per worker, each on a thread of its own, and returns when all are done.
     *
     * @throws Exception what one of the workers threw
     */
    static <T> List<T> work(int workers, Task<T> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            CountDownLatch ready = new CountDownLatch(workers);
            List<Future<T>> results = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                int number = worker;
                results.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return task.work(number);
                }));
            }
            List<T> done = new ArrayList<>();
            for (Future<T> result : results) {
                done.add(result.get());
            }
            return done;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(Hand.MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
