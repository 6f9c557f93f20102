package dev.holdfast.lock.postgres;

import dev.holdfast.lock.postgres.AdvisoryGrants.Held;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Renewal and release: one statement for each session that carries any of the grants. Thread safe. */
final class AdvisoryLeases {
    private final DriverContext context;
    private final AdvisoryStatements statements;
    private final AdvisoryGrants grants;
    private final AdvisoryAnswers answers;
    private final AdvisoryLines lines;
    private final Duration leaseTime;

    AdvisoryLeases(
            DriverContext context,
            AdvisoryStatements statements,
            AdvisoryGrants grants,
            AdvisoryAnswers answers,
            AdvisoryLines lines,
            Duration leaseTime) {
        this.context = context;
        this.statements = statements;
        this.grants = grants;
        this.answers = answers;
        this.lines = lines;
        this.leaseTime = leaseTime;
    }

    /** A statement that its session answers restarts the timer of everything that the session carries. */
    List<Renewal> renew(List<Grant> renewing) {
        long deadline = deadline();
        Map<AdvisorySession, CompletableFuture<Long>> pings = new HashMap<>();
        for (Grant grant : renewing) {
            grants.matching(grant)
                    .ifPresent(held ->
                            pings.computeIfAbsent(held.session(), session -> session.ping(AdvisoryStatements::ping)));
        }
        Map<AdvisorySession, Renewal> outcomes = new HashMap<>();
        pings.forEach((session, ping) -> outcomes.put(session, outcome(ping, deadline)));
        return renewing.stream()
                .map(grant -> grants.matching(grant)
                        .map(held -> outcomes.getOrDefault(held.session(), new Renewal.Unknown()))
                        .orElse(new Renewal.Lost(LossReason.SESSION_LOST)))
                .toList();
    }

    private Renewal outcome(CompletableFuture<Long> ping, long deadline) {
        if (!answers.cameBy(ping, deadline)) {
            return new Renewal.Unknown();
        }
        return ping.isCompletedExceptionally()
                ? new Renewal.Lost(LossReason.SESSION_LOST)
                : new Renewal.Renewed(ping.join(), leaseTime);
    }

    List<ReleaseOutcome> release(List<Grant> releasing) {
        long deadline = deadline();
        Map<AdvisorySession, List<Held>> mine = new HashMap<>();
        List<@Nullable CompletableFuture<Boolean>> unlocks = new ArrayList<>(releasing.size());
        for (Grant grant : releasing) {
            unlocks.add(
                    grants.matching(grant).map(held -> unlocking(held, mine)).orElse(null));
        }
        mine.forEach(this::unlock);
        return unlocks.stream()
                .map(unlock -> unlock == null ? ReleaseOutcome.NOT_HELD : released(unlock, deadline))
                .toList();
    }

    /** The answer that releases this grant: that of an earlier call if it is still awaited. */
    private static CompletableFuture<Boolean> unlocking(Held held, Map<AdvisorySession, List<Held>> mine) {
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        CompletableFuture<Boolean> earlier = held.unlocking().compareAndExchange(null, first);
        if (earlier != null) {
            return earlier;
        }
        mine.computeIfAbsent(held.session(), session -> new ArrayList<>()).add(held);
        return first;
    }

    private ReleaseOutcome released(CompletableFuture<Boolean> unlock, long deadline) {
        if (!answers.cameBy(unlock, deadline) || unlock.isCompletedExceptionally()) {
            return ReleaseOutcome.UNKNOWN;
        }
        return unlock.join() ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
    }

    private void unlock(AdvisorySession session, List<Held> releasing) {
        CompletableFuture<?> unused = session.submit(connection -> unlock(session, connection, releasing))
                .whenComplete((had, failure) -> {
                    for (int i = 0; i < releasing.size(); i++) {
                        CompletableFuture<Boolean> unlock = Objects.requireNonNull(
                                releasing.get(i).unlocking().get());
                        if (failure == null) {
                            unlock.complete(had[i]);
                        } else {
                            unlock.completeExceptionally(failure);
                        }
                    }
                });
    }

    private boolean[] unlock(AdvisorySession session, Connection connection, List<Held> releasing) throws SQLException {
        List<Long> keys = releasing.stream().map(Held::key).toList();
        boolean[] had;
        try {
            had = statements.unlock(connection, keys);
        } catch (SQLException e) {
            if (PostgresErrors.isDoubtful(PostgresErrors.state(e))) {
                throw e;
            }
            // A late cancel, or a time-out: no rollback undoes what it unlocked until then.
            for (Long key : keys) {
                statements.unlockAfterError(connection, key);
            }
            had = new boolean[keys.size()];
            Arrays.fill(had, true);
        }
        session.locked().removeAll(new HashSet<>(keys));
        releasing.forEach(grants::remove);
        lines.unlocked(session);
        return had;
    }

    private long deadline() {
        return context.ticker().nanos() + context.options().storeTimeout().toNanos();
    }
}
