package dev.holdfast.lock;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockName;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One client of one store: a handful of connections, one renewal loop, any number of locks. Safe for use by several
 * threads; open one per application and store.
 */
public final class LockClient implements AutoCloseable {
    private final Engine engine;

    LockClient(Engine engine) {
        this.engine = engine;
    }

    /**
     * The lock of this name with default options. Does no I/O. Names are 1 to 512 bytes of UTF-8; clients exclude each
     * other if they use the same store, namespace and name.
     *
     * @throws IllegalArgumentException if the name is empty, too long, or holds NUL or an unpaired surrogate
     */
    public DistributedLock named(String name) {
        return named(name, LockOptions.defaults());
    }

    /** The lock of this name with these options; see {@link #named(String)}. */
    public DistributedLock named(String name, LockOptions options) {
        return new DistributedLock(engine, new LockName(name), options);
    }

    /**
     * The fenced register of this name. Does no I/O. Names are those of locks; a register and a lock of one name have
     * nothing else in common.
     *
     * @throws IllegalArgumentException if the name is empty, too long, or holds NUL or an unpaired surrogate
     * @throws LockConfigurationException if this store has no registers, that is, its driver does not claim
     *     {@link Claim#FENCED_REGISTER}
     */
    public FencedRegister register(String name) {
        return new FencedRegister(engine, new LockName(name));
    }

    /** What the driver says of itself and its store: version, claims, lease time in force, remarks. */
    public DriverInfo info() {
        return engine.info();
    }

    /**
     * Insists on claims, as soon as the client is open.
     *
     * @return this client
     * @throws LockConfigurationException if the driver does not make one of them; the client is closed then
     */
    public LockClient require(Claim... claims) {
        Set<Claim> missing = EnumSet.noneOf(Claim.class);
        missing.addAll(List.of(claims));
        missing.removeAll(info().claims());
        if (!missing.isEmpty()) {
            close();
            throw new LockConfigurationException(
                    engine.store() + " (" + info().store() + ") does not claim " + missing + ", only " + info().claims()
                            + "; require less or choose another store",
                    null);
        }
        return this;
    }

    /**
     * Releases every lease in batches, wakes every waiter with {@link LockClosedException}, stops renewal last and
     * closes the driver. Bounded by three times {@link ClientOptions#storeTimeout()}; does not throw; idempotent. What
     * could not be released lapses within its lease time.
     */
    @Override
    public void close() {
        engine.close();
    }

    @Override
    public String toString() {
        return "LockClient[" + engine.store() + "]";
    }
}
