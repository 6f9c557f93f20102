package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renewal and release of many grants by one statement. Thread safe. */
final class PostgresBatches {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresBatches.class);
    /** The server commits renewals in between, so that they keep no row for long. */
    private static final int MOST_RENEWED = 10_000;

    private static final int MOST_RELEASED = 1_000;

    /** Renewals of locked rows that wait, so that they do not hold up those of the others. */
    private static final int MOST_ALONE = 8;

    private static final String LOCKED = "locked";

    private final DriverContext context;
    private final PostgresConnection connection;
    private final PostgresLayout layout;
    private final Duration leaseTime;

    PostgresBatches(DriverContext context, PostgresConnection connection, PostgresLayout layout, Duration leaseTime) {
        this.context = context;
        this.connection = connection;
        this.layout = layout;
        this.leaseTime = leaseTime;
    }

    /** Sends one statement for these grants; one text for each, in order. */
    @FunctionalInterface
    private interface Sender {
        String[] send(List<Grant> grants, Duration timeout);
    }

    List<Renewal> renew(List<Grant> grants) {
        List<Renewal> outcomes = new ArrayList<>(grants.size());
        long deadline = deadline();
        int alone = 0;
        for (List<Grant> chunk : chunks(grants, MOST_RENEWED)) {
            Renewed answers = sendRenewal(chunk, deadline);
            for (int i = 0; i < chunk.size(); i++) {
                Renewal outcome = answers.outcome(i, leaseTime);
                if (answers.texts.get(i).equals(LOCKED) && alone++ < MOST_ALONE) {
                    // Somebody is at work on that name: alone, the renewal may wait for it, if not for long.
                    long end = context.ticker().nanos() + leaseTime.toNanos() / 30;
                    outcome = sendRenewal(List.of(chunk.get(i)), Math.min(deadline, end))
                            .outcome(0, leaseTime);
                }
                outcomes.add(outcome);
            }
        }
        return outcomes;
    }

    /** @param sentAt read before sending; every lease of the statement starts at the server after it */
    private record Renewed(List<String> texts, long sentAt) {
        Renewal outcome(int i, Duration leaseTime) {
            return switch (texts.get(i)) {
                case "renewed" -> new Renewal.Renewed(sentAt, leaseTime);
                case "lost" -> new Renewal.Lost(LossReason.EXPIRED);
                default -> new Renewal.Unknown();
            };
        }
    }

    private Renewed sendRenewal(List<Grant> grants, long deadline) {
        long[] sentAt = new long[1];
        List<String> texts = orUnknown(
                grants,
                deadline,
                (some, timeout) ->
                        connection.renewal(subject(some), timeout, connection.guarded(timeout, (open, lockWait) -> {
                            sentAt[0] = context.ticker().nanos();
                            return renew(open, some, lockWait);
                        })));
        return new Renewed(texts, sentAt[0]);
    }

    List<ReleaseOutcome> release(List<Grant> grants) {
        List<ReleaseOutcome> outcomes = new ArrayList<>(grants.size());
        long deadline = deadline();
        for (List<Grant> chunk : chunks(grants, MOST_RELEASED)) {
            List<String> answers = orUnknown(chunk, deadline, this::sendRelease);
            for (int i = 0; i < chunk.size(); i++) {
                String answer = answers.get(i);
                if (answer.equals(LOCKED)) {
                    // Somebody is at work on that name: alone, the release may wait for it.
                    answer = orUnknown(List.of(chunk.get(i)), deadline, this::sendRelease)
                            .get(0);
                }
                outcomes.add(
                        switch (answer) {
                            case "released" -> ReleaseOutcome.RELEASED;
                            case "not_held" -> ReleaseOutcome.NOT_HELD;
                            default -> ReleaseOutcome.UNKNOWN;
                        });
            }
        }
        return outcomes;
    }

    /** A chunk that brought no answer is unknown; those before it keep theirs. */
    private List<String> orUnknown(List<Grant> chunk, long deadline, Sender sender) {
        try {
            return List.of(sender.send(
                    chunk,
                    Duration.ofNanos(Math.max(1, deadline - context.ticker().nanos()))));
        } catch (StoreException e) {
            LOG.debug("{} brought no answer", subject(chunk), e);
            return Collections.nCopies(chunk.size(), "unknown");
        }
    }

    private String[] sendRelease(List<Grant> grants, Duration timeout) {
        if (grants.size() == 1) {
            return connection.giveBack(subject(grants), timeout, (open, lockWait) ->
                    new String[] {release(open, grants.get(0), lockWait)});
        }
        return connection.giveBack(
                subject(grants), timeout, connection.guarded(timeout, (open, lockWait) -> release(open, grants)));
    }

    private String release(Connection open, Grant grant, int lockWait) throws SQLException {
        try (PreparedStatement statement = open.prepareStatement(layout.release)) {
            statement.setString(1, context.options().namespace());
            statement.setString(2, grant.name().value());
            statement.setObject(3, PostgresLayout.uuid(grant.id()));
            statement.setLong(4, grant.token());
            statement.setBoolean(5, mayComeLate(grant));
            statement.setLong(6, leaseTime.toMillis());
            statement.setInt(7, lockWait);
            try (ResultSet row = statement.executeQuery()) {
                CommitWarnings.requireNone(statement);
                row.next();
                return row.getString(1);
            }
        }
    }

    /** The ticket says whether an earlier enter of this id may still arrive. */
    private static boolean mayComeLate(Grant grant) {
        return Boolean.TRUE.equals(grant.ticket());
    }

    private String[] renew(Connection open, List<Grant> grants, int lockWait) throws SQLException {
        try (PreparedStatement statement = open.prepareStatement(layout.renew)) {
            bind(open, statement, grants);
            statement.setLong(5, leaseTime.toMillis());
            statement.setInt(6, lockWait);
            return texts(statement);
        }
    }

    private String[] release(Connection open, List<Grant> grants) throws SQLException {
        try (PreparedStatement statement = open.prepareStatement(layout.releaseSome)) {
            bind(open, statement, grants);
            Boolean[] refuse = grants.stream().map(PostgresBatches::mayComeLate).toArray(Boolean[]::new);
            statement.setArray(5, open.createArrayOf("boolean", refuse));
            statement.setLong(6, leaseTime.toMillis());
            return texts(statement);
        }
    }

    private void bind(Connection open, PreparedStatement statement, List<Grant> grants) throws SQLException {
        statement.setString(1, context.options().namespace());
        statement.setArray(
                2,
                open.createArrayOf(
                        "text", grants.stream().map(g -> g.name().value()).toArray()));
        statement.setArray(
                3,
                open.createArrayOf(
                        "uuid",
                        grants.stream().map(g -> PostgresLayout.uuid(g.id())).toArray()));
        statement.setArray(
                4,
                open.createArrayOf("bigint", grants.stream().map(Grant::token).toArray()));
    }

    private static String[] texts(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            CommitWarnings.requireNone(statement);
            row.next();
            Array array = row.getArray(1);
            return (String[]) array.getArray();
        }
    }

    private long deadline() {
        return context.ticker().nanos() + context.options().storeTimeout().toNanos();
    }

    private static List<List<Grant>> chunks(List<Grant> grants, int most) {
        List<List<Grant>> chunks = new ArrayList<>();
        for (int from = 0; from < grants.size(); from += most) {
            chunks.add(grants.subList(from, Math.min(from + most, grants.size())));
        }
        return chunks;
    }

    private static String subject(List<Grant> grants) {
        String first = "lock '" + grants.get(0).name() + "'";
        return grants.size() == 1 ? first : first + " and " + (grants.size() - 1) + " others";
    }
}
