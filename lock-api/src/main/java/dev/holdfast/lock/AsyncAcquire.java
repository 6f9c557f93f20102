package dev.holdfast.lock;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Drives an acquisition without a waiting thread: a step runs on a thread of the client when something is handed in or
 * its time has come. The counter keeps steps from overlapping and loses no wish for one.
 */
final class AsyncAcquire {
    private final Engine engine;
    private final Acquisition acquisition;
    private final String lockName;
    private final Executor executor;
    private final CompletableFuture<Lease> future = new CompletableFuture<>();
    private final AtomicInteger wishes = new AtomicInteger();
    private @Nullable Future<?> alarm;
    private boolean over;

    AsyncAcquire(Engine engine, Acquisition acquisition, String lockName, Executor executor) {
        this.engine = engine;
        this.acquisition = acquisition;
        this.lockName = lockName;
        this.executor = executor;
    }

    CompletableFuture<Lease> start() {
        // Whoever completes the future before us, the acquire ends: its grant, if any, goes back (rule W4).
        CompletableFuture<Lease> unused = future.whenComplete((lease, failure) -> wish());
        wish();
        return future;
    }

    private void wish() {
        if (wishes.getAndIncrement() == 0) {
            try {
                executor.execute(this::run);
            } catch (RejectedExecutionException closed) {
                engine.callbacks().run(() -> future.completeExceptionally(closed()));
            }
        }
    }

    private void run() {
        int served;
        do {
            served = wishes.get();
            if (!over) {
                step();
            }
        } while (wishes.addAndGet(-served) != 0);
    }

    private void step() {
        if (alarm != null) {
            alarm.cancel(false);
        }
        if (future.isDone()) {
            over = true;
            acquisition.stop();
            return;
        }
        acquisition.mailbox().onChange(this::wish);
        try {
            long wait = acquisition.step();
            if (wait > 0) {
                acquisition.mailbox().onChange(this::wish);
                alarm = engine.after(wait, this::wish);
                return;
            }
            over = true;
            complete(acquisition.result());
        } catch (LockException | InterruptedException e) {
            over = true;
            engine.callbacks().run(() -> future.completeExceptionally(e));
        }
    }

    private void complete(Optional<HeldLease> held) {
        engine.callbacks().run(() -> {
            if (held.isEmpty()) {
                future.completeExceptionally(engine.heldByAnother(lockName));
                return;
            }
            Lease lease = new Lease(held.get());
            if (!future.complete(lease)) {
                lease.close();
            }
        });
    }

    private LockClosedException closed() {
        return new LockClosedException("acquiring lock '" + lockName + "': the client was closed", null);
    }
}
