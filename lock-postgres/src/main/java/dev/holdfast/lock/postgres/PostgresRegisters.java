package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.RegisterAnswer;
import dev.holdfast.lock.spi.RegisterDriver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Registers: one row each, read and written by one statement. Thread safe. */
final class PostgresRegisters implements RegisterDriver {
    private final Supplier<PostgresConnection> connection;
    private final PostgresLayout layout;
    private final String namespace;
    private final Duration storeTimeout;

    /**
     * Registers.
     *
     * @param connection asked for every request; one that carries no leases
     */
    PostgresRegisters(Supplier<PostgresConnection> connection, PostgresLayout layout, DriverOptions options) {
        this.connection = connection;
        this.layout = layout;
        this.namespace = options.namespace();
        this.storeTimeout = options.storeTimeout();
    }

    @Override
    public RegisterAnswer read(LockName name, long token) {
        return ask(name, token, null);
    }

    @Override
    public RegisterAnswer write(LockName name, long token, byte[] value) {
        return ask(name, token, value);
    }

    private RegisterAnswer ask(LockName name, long token, byte @Nullable [] value) {
        PostgresConnection open = connection.get();
        return open.giveBack(
                "register '" + name + "'", storeTimeout, open.guarded(storeTimeout, (session, lockWait) -> {
                    try (PreparedStatement statement = session.prepareStatement(layout.register)) {
                        statement.setString(1, namespace);
                        statement.setString(2, name.value());
                        statement.setLong(3, token);
                        statement.setBytes(4, value);
                        statement.setInt(5, lockWait);
                        try (ResultSet row = statement.executeQuery()) {
                            CommitWarnings.requireNone(statement);
                            row.next();
                            return row.getBoolean(1)
                                    ? new RegisterAnswer.Accepted(Optional.ofNullable(row.getBytes(3)))
                                    : new RegisterAnswer.Stale(row.getLong(2));
                        }
                    }
                }));
    }
}
