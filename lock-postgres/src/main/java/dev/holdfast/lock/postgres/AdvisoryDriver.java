package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryGrants.Held;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Mode advisory: a lock is an advisory lock of a session. Who tries, and who holds what it tried for, share one
 * session; a bounded number of further sessions wait on the server. Protocol and crash points: {@code
 * docs/postgresql.md}. Thread safe.
 */
final class AdvisoryDriver implements LockDriver {
    private static final int SHORTEST_POLL_MILLIS = 50;
    private static final int LONGEST_POLL_MILLIS = 500;

    private final DriverInfo info;
    private final DriverContext context;
    private final AdvisorySessions sessions;
    private final AdvisoryGrants grants;
    private final AdvisoryAnswers answers;
    private final AdvisoryTries tries;
    private final AdvisoryWaits waits;
    private final AdvisoryLeases leases;
    private final AdvisoryUpkeep upkeep;
    private final AdvisoryRegisterPool registerPool;
    private final PostgresRegisters registers;
    private final ScheduledFuture<?> sweeping;

    AdvisoryDriver(
            DriverInfo info,
            DriverContext context,
            AdvisoryTarget target,
            PostgresParameters parameters,
            PostgresErrors errors,
            AdvisoryRegisterPool registerPool) {
        this.info = info;
        this.context = context;
        Duration leaseTime = info.leaseTime();
        String namespace = context.options().namespace();
        AdvisoryStatements statements = new AdvisoryStatements(
                parameters.schema(), namespace, context.options().tokenFloor());
        AdvisoryKey keys = new AdvisoryKey(parameters.schema(), namespace);
        this.answers = new AdvisoryAnswers(errors, context.ticker());
        this.grants = new AdvisoryGrants(context);
        this.sessions = new AdvisorySessions(context, target, errors, leaseTime, this::ended);
        this.tries = new AdvisoryTries(context, sessions, statements, grants, keys, answers, leaseTime);
        this.waits = new AdvisoryWaits(
                context, sessions, statements, grants, answers, keys, leaseTime, parameters.waitConnections());
        this.leases = new AdvisoryLeases(context, statements, grants, answers, waits.lines(), leaseTime);
        this.upkeep = new AdvisoryUpkeep(context, sessions, waits, leaseTime);
        PostgresLayout layout = new PostgresLayout(parameters.schema());
        this.registerPool = registerPool;
        this.registers = new PostgresRegisters(registerPool, layout, context.options());
        this.sweeping = context.timer().scheduleWithFixedDelay(() -> sweep(layout), 1, 60, TimeUnit.MINUTES);
    }

    /** Removes the rows of names that have been idle; who fails leaves it to the next client or hour. */
    private void sweep(PostgresLayout layout) {
        sessions.sharedNow().ifPresent(session -> {
            CompletableFuture<?> unused = session.submit(connection -> {
                PostgresDriver.sweep(connection, layout, context.options().namespace());
                return true;
            });
        });
    }

    /** Opens the shared session, so that nothing stands against the first request. */
    void open(Duration timeout) throws InterruptedException {
        answers.await(sessions.shared(), timeout, "opening");
    }

    @Override
    public DriverInfo info() {
        return info;
    }

    /** The server has ended a session, or we have: its locks are gone, or about to be. */
    private void ended(AdvisorySession session) {
        grants.sessionEnded(session);
        waits.lines().ended(session);
    }

    @Override
    public Answer enter(AcquireRequest request) throws InterruptedException {
        if (waits.lines().position(request.id()) != AdvisoryLines.Position.NONE) {
            return waiting(request);
        }
        if (!tries.underWay(request.id())) {
            Optional<Held> held = grants.get(request.id());
            if (held.isPresent()) {
                return granted(held.get());
            }
            if (request.mayWait() && waits.lines().joinIfContended(request)) {
                return waiting(request);
            }
        }
        Optional<Held> held = tried(request);
        if (held.isPresent()) {
            return granted(held.get());
        }
        if (!request.mayWait()) {
            return new Answer.Busy();
        }
        waits.lines().join(request);
        return waiting(request);
    }

    @Override
    public Answer look(AcquireRequest request) throws InterruptedException {
        switch (waits.lines().position(request.id())) {
            case NONE -> {
                Optional<Held> held = grants.get(request.id());
                return held.isPresent() ? granted(held.get()) : new Answer.Gone();
            }
            case WAITS -> {
                requireAnAnsweringServer(request);
                return waiting(request);
            }
            case POLLS -> {
                Optional<Held> held = tried(request);
                if (held.isPresent()) {
                    // A seat may have begun to wait for it meanwhile.
                    waits.leave(request, deadline(request));
                    return granted(held.get());
                }
                waits.lines().stillBusy(request.id());
                return waiting(request);
            }
        }
        throw new IllegalStateException("unreachable");
    }

    private Optional<Held> tried(AcquireRequest request) throws InterruptedException {
        boolean granted = tries.tryLock(request);
        Optional<Held> held = grants.get(request.id());
        if (granted && held.isEmpty()) {
            throw StoreException.unknown(
                    "lock '" + request.name() + "': its session ended as soon as it was granted", null);
        }
        return held;
    }

    private static Answer granted(Held held) {
        return new Answer.Granted(held.current(held.session().validFrom()));
    }

    private Answer waiting(AcquireRequest request) {
        long third = info.leaseTime().toMillis() / 3;
        return switch (waits.lines().position(request.id())) {
            case POLLS ->
                new Answer.Waiting(Duration.ofMillis(
                        ThreadLocalRandom.current().nextLong(SHORTEST_POLL_MILLIS, LONGEST_POLL_MILLIS)));
            case WAITS -> new Answer.Waiting(Duration.ofMillis(third));
            // Granted in this moment, and told; should that be lost, the look finds it.
            case NONE -> new Answer.Waiting(Duration.ofMillis(1));
        };
    }

    /** A wait on a dead server looks like any other: somebody has to notice (rule E2). */
    private void requireAnAnsweringServer(AcquireRequest request) throws InterruptedException {
        AdvisorySession shared = answers.await(sessions.shared(), request.timeout(), "lock '" + request.name() + "'");
        Duration silent = Duration.ofNanos(context.ticker().nanos() - shared.validFrom());
        Duration patience = info.leaseTime().multipliedBy(2).dividedBy(3);
        if (silent.compareTo(patience) > 0) {
            throw StoreException.notExecuted(
                    "lock '" + request.name() + "': PostgreSQL has not answered for " + silent.toMillis() + " ms",
                    null);
        }
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        long deadline = deadline(request);
        boolean gone = answers.cameBy(tries.leave(request.id()), deadline);
        gone &= waits.leave(request, deadline);
        Optional<Held> held = grants.get(request.id());
        if (held.isPresent()) {
            gone &= leases.release(List.of(held.get().grant())).get(0) != ReleaseOutcome.UNKNOWN;
        }
        // What a session that was given up has left goes with its server process.
        gone &= answers.isTrueBy(sessions.departedAreGone(), deadline);
        return gone ? LeaveOutcome.GONE : LeaveOutcome.UNKNOWN;
    }

    private long deadline(AcquireRequest request) {
        return context.ticker().nanos() + request.timeout().toNanos();
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        return leases.renew(grants);
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return leases.release(grants);
    }

    @Override
    public Optional<RegisterDriver> registers() {
        return Optional.of(registers);
    }

    @Override
    public void close() {
        sweeping.cancel(false);
        registerPool.close();
        upkeep.close();
        sessions.close();
    }
}
