package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.spi.Ticker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for answers of sessions and says what is known when none came.
 *
 * @param errors what an error of the server means
 */
record AdvisoryAnswers(PostgresErrors errors, Ticker ticker) {
    /** The answer; without one within that time, or after an interrupt, the outcome is unknown. */
    <T> T await(CompletableFuture<T> answer, Duration timeout, String subject) throws InterruptedException {
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw StoreException.unknown(
                    errors.store() + ", " + subject + ": no answer from PostgreSQL within " + timeout.toMillis()
                            + " ms, the outcome is unknown",
                    e);
        } catch (ExecutionException e) {
            throw failure(e, subject);
        }
    }

    /** The request was given up before it was sent. */
    StoreException notSent(StoreException e, String subject) {
        return StoreException.notExecuted(
                errors.store() + ", " + subject + ": no session could take the request in time", e);
    }

    private StoreException failure(Throwable thrown, String subject) {
        Throwable cause = thrown;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof StoreException known) {
            return known;
        }
        if (cause instanceof SQLException refused) {
            return errors.request(refused, subject);
        }
        return StoreException.unknown(
                errors.store() + ", " + subject + ": the session ended before its answer, the outcome is unknown",
                cause);
    }

    /** Whether the answer came before the deadline and was yes. */
    boolean isTrueBy(CompletableFuture<Boolean> answer, long deadline) {
        return cameBy(answer, deadline) && !answer.isCompletedExceptionally() && answer.join();
    }

    /** Whether the answer came before the deadline, whatever it was. An interrupt of the thread is kept for later. */
    boolean cameBy(CompletableFuture<?> answer, long deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    answer.handle((value, failure) -> true)
                            .get(Math.max(1, deadline - ticker.nanos()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException | ExecutionException e) {
                    return false;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
