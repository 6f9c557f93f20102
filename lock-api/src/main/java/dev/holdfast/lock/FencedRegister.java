package dev.holdfast.lock;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.RegisterAnswer;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.StoreException;
import java.util.Optional;

/**
 * A small value in the lock store that only the latest holder can change, also where two believe to hold the lock. It
 * remembers the highest fencing token that was shown to it, its <em>mark</em>, and refuses lower ones. Show the token
 * <strong>before the first read</strong>: what was written between an unfenced read and the write would be lost.
 *
 * <pre>{@code
 * try (Lease lease = locks.named("ledger").acquire()) {
 *     FencedRegister ledger = locks.register("ledger");
 *     byte[] before = ledger.read(lease.fencingToken()).orElse(EMPTY);
 *     ledger.write(lease.fencingToken(), posted(before));
 * }
 * }</pre>
 *
 * <p>Use it with the tokens of one lock, the same in every process. Each call is one atomic step of the store, is over
 * within {@link ClientOptions#storeTimeout()} and never repeated by itself; an interrupt does not shorten it and stays
 * set. A register never expires. Immutable, safe for use by several threads.
 */
public final class FencedRegister {
    /** Longest value, in bytes. */
    public static final int MAX_BYTES = 65_536;

    private final Engine engine;
    private final LockName name;
    private final RegisterDriver driver;

    FencedRegister(Engine engine, LockName name) {
        this.engine = engine;
        this.name = name;
        this.driver = engine.driver()
                .registers()
                .orElseThrow(() -> new LockConfigurationException(
                        engine.store() + " (" + engine.info().store() + ") has no registers: it does not claim "
                                + Claim.FENCED_REGISTER + "; guard the resource itself instead, see docs/fencing.md",
                        null));
    }

    /** The name as given. */
    public String name() {
        return name.value();
    }

    /**
     * The value, for a holder with this token; raises the mark to it. From then on every lower token is refused, so
     * that what was read stays true until this holder writes (rule R2).
     *
     * @param token positive, as in {@link Lease#fencingToken()}
     * @return empty if nothing was ever written
     * @throws StaleTokenException if a higher token was seen; an equal one is accepted
     * @throws UnknownOutcomeException if no answer came; the mark may have been raised. Read again
     * @throws StoreUnavailableException if the request was not executed and never will be
     * @throws LockClosedException if the client was closed
     */
    public Optional<byte[]> read(long token) {
        return ask("read", token, () -> driver.read(name, positive(token)));
    }

    /**
     * Sets the value, for a holder with this token; raises the mark to it.
     *
     * <p><strong>No answer</strong> means that the value may have been set, or may be set yet: later than anything else
     * that this token writes, but never after a higher token was seen. So after an {@link UnknownOutcomeException}
     * either repeat the very same write until it is answered, and write nothing else with this token, or acquire the
     * lock anew and read with the new token: what is read then is final. A {@link StaleTokenException} in answer to the
     * repeated write does not say whether the first one was done.
     *
     * @param token positive, as in {@link Lease#fencingToken()}
     * @param value at most {@value #MAX_BYTES} bytes; copied
     * @throws StaleTokenException if a higher token was seen, and nothing was changed; an equal one is accepted
     * @throws UnknownOutcomeException if no answer came: see above
     * @throws StoreUnavailableException if the request was not executed and never will be
     * @throws LockClosedException if the client was closed
     */
    public void write(long token, byte[] value) {
        if (value.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    this + " holds at most " + MAX_BYTES + " bytes, this value has " + value.length);
        }
        byte[] copy = value.clone();
        ask("write", token, () -> driver.write(name, positive(token), copy));
    }

    private static long positive(long token) {
        if (token <= 0) {
            throw new IllegalArgumentException("a fencing token is positive, not " + token);
        }
        return token;
    }

    private interface Request {
        RegisterAnswer send();
    }

    private Optional<byte[]> ask(String verb, long token, Request request) {
        if (engine.closed()) {
            throw new LockClosedException(this + ": the client is closed", null);
        }
        // Broken off halfway, a request would have an unknown outcome for no need: it is bounded anyway.
        boolean interrupted = Thread.interrupted();
        try {
            RegisterAnswer answer = request.send();
            if (answer instanceof RegisterAnswer.Stale stale) {
                throw new StaleTokenException(toString(), token, stale.mark());
            }
            return ((RegisterAnswer.Accepted) answer).value();
        } catch (StoreException e) {
            throw translated(verb, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private LockException translated(String verb, StoreException e) {
        String what = verb + " of " + this + " ";
        return switch (e.kind()) {
            case NOT_EXECUTED -> new StoreUnavailableException(what + "was not executed: " + e.getMessage(), e);
            case UNKNOWN ->
                new UnknownOutcomeException(what + "has an unknown outcome, it may be done: " + e.getMessage(), e);
            case REFUSED -> new LockConfigurationException(what + "was refused: " + e.getMessage(), e);
        };
    }

    @Override
    public String toString() {
        return "register '" + name + "' at " + engine.store();
    }
}
