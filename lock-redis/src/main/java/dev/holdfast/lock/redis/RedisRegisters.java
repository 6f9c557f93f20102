package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.RegisterAnswer;
import dev.holdfast.lock.spi.RegisterDriver;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Registers: one hash each, read and written by one script. Safe for use by several threads. */
final class RedisRegisters implements RegisterDriver {
    private final RedisConnection connection;
    private final RedisLayout layout;
    private final Duration storeTimeout;

    RedisRegisters(RedisConnection connection, RedisLayout layout, Duration storeTimeout) {
        this.connection = connection;
        this.layout = layout;
        this.storeTimeout = storeTimeout;
    }

    @Override
    public RegisterAnswer read(LockName name, long token) {
        return ask(name, List.of(Long.toString(token)));
    }

    @Override
    public RegisterAnswer write(LockName name, long token, byte[] value) {
        // Arguments and replies are text everywhere else; Base64 spares a second way through the client library.
        return ask(name, List.of(Long.toString(token), Base64.getEncoder().encodeToString(value)));
    }

    private RegisterAnswer ask(LockName name, List<String> arguments) {
        List<String> reply = connection.register(layout.register(name), arguments, connection.within(storeTimeout));
        if (reply.get(0).equals("stale")) {
            return new RegisterAnswer.Stale(Long.parseLong(reply.get(1)));
        }
        Optional<byte[]> value = reply.stream().skip(1).findFirst().map(Base64.getDecoder()::decode);
        return new RegisterAnswer.Accepted(value);
    }
}
