package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;

/** ShedLock, which tries once and does not wait. */
final class ShedLockHand implements Contender.Hand {
    private final LockProvider provider;
    private final Duration leaseTime;
    private Optional<SimpleLock> lock = Optional.empty();

    ShedLockHand(LockProvider provider, Duration leaseTime) {
        this.provider = provider;
        this.leaseTime = leaseTime;
    }

    @Override
    public void acquire(String name) throws LimitedWait {
        lock = provider.lock(new LockConfiguration(Instant.now(), name, leaseTime, Duration.ZERO));
        LimitedWait.unless(lock.isPresent(), name);
    }

    @Override
    public void release() {
        lock.orElseThrow().unlock();
    }
}
