package dev.holdfast.lock.memory;

import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.RegisterAnswer;
import dev.holdfast.lock.spi.RegisterDriver;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The registers of one client: every request is one step under the store's lock. */
final class MemoryRegisters implements RegisterDriver {
    /** What a register holds. */
    record Register(long mark, Optional<byte[]> value) {
        static final Register FRESH = new Register(0, Optional.empty());
    }

    private final MemoryStore store;
    private final MemoryDriver driver;

    MemoryRegisters(MemoryStore store, MemoryDriver driver) {
        this.store = store;
        this.driver = driver;
    }

    @Override
    public RegisterAnswer read(LockName name, long token) {
        return driver.execute(() -> {
            RegisterAnswer answer = unlessStale(name, token, value -> value);
            return answer instanceof RegisterAnswer.Accepted accepted
                    ? new RegisterAnswer.Accepted(accepted.value().map(byte[]::clone))
                    : answer;
        });
    }

    @Override
    public RegisterAnswer write(LockName name, long token, byte[] value) {
        return driver.execute(() -> {
            RegisterAnswer answer = unlessStale(name, token, before -> Optional.of(value));
            return answer instanceof RegisterAnswer.Accepted ? new RegisterAnswer.Accepted(Optional.empty()) : answer;
        });
    }

    private RegisterAnswer unlessStale(LockName name, long token, UnaryOperator<Optional<byte[]>> change) {
        MemoryStore.Key key = driver.key(name);
        Register before = store.registers().getOrDefault(key, Register.FRESH);
        if (token < before.mark()) {
            return new RegisterAnswer.Stale(before.mark());
        }
        Register after = new Register(token, change.apply(before.value()));
        store.registers().put(key, after);
        return new RegisterAnswer.Accepted(after.value());
    }
}
