package dev.holdfast.lock.memory;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The reference driver: every request is one step under the store's lock. */
final class MemoryDriver implements LockDriver {
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(200);

    private final MemoryStore store;
    private final DriverContext context;
    private final Duration leaseTime;
    private final MemoryRegisters registers;
    private final Map<AcquisitionId, LockName> names = new ConcurrentHashMap<>();
    private volatile boolean closed;

    MemoryDriver(MemoryStore store, DriverContext context) {
        this.store = store;
        this.context = context;
        this.registers = new MemoryRegisters(store, this);
        this.leaseTime = context.options().leaseTime();
        if (leaseTime.compareTo(SHORTEST_LEASE) < 0) {
            throw new IllegalArgumentException("leaseTime " + leaseTime.toMillis()
                    + "ms is too short for memory: between 200ms and 24h are possible");
        }
    }

    DriverContext context() {
        return context;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public DriverInfo info() {
        Set<Claim> claims = Set.of(Claim.FIFO, Claim.DIRECT_WAKEUP, Claim.FENCED_REGISTER);
        return new DriverInfo("memory", "-", claims, leaseTime, List.of());
    }

    @Override
    public Answer enter(AcquireRequest request) {
        return execute(() -> {
            MemoryLock lock = lock(request.name());
            long now = store.now();
            if (lock.isTombstone(request.id(), now)) {
                return new Answer.Busy();
            }
            names.put(request.id(), request.name());
            MemoryLock.Holder holder = lock.holder(now);
            if (holder == null) {
                MemoryLock.Holder granted = grant(request.id(), lock);
                lock.put(granted);
                return new Answer.Granted(granted.grant());
            }
            if (holder.grant().id().equals(request.id())) {
                return restated(lock, holder);
            }
            if (!request.mayWait()) {
                names.remove(request.id());
                return new Answer.Busy();
            }
            return queued(lock, request, holder, now);
        });
    }

    @Override
    public Answer look(AcquireRequest request) {
        return execute(() -> {
            MemoryLock lock = lock(request.name());
            long now = store.now();
            MemoryLock.Holder holder = lock.holder(now);
            if (holder != null && holder.grant().id().equals(request.id())) {
                return restated(lock, holder);
            }
            if (holder == null || !lock.waits(request.id())) {
                return new Answer.Gone();
            }
            return queued(lock, request, holder, now);
        });
    }

    private Answer queued(MemoryLock lock, AcquireRequest request, MemoryLock.Holder holder, long now) {
        lock.enqueue(request.id(), new MemoryLock.Waiter(this, now + leaseTime.toNanos()));
        Duration third = leaseTime.dividedBy(3);
        Duration holderLeft = Duration.ofNanos(holder.expiresAt() - now).plusMillis(1);
        return new Answer.Waiting(third.compareTo(holderLeft) < 0 ? third : holderLeft);
    }

    /** The holder asks again: same token, and its timer runs anew. */
    private Answer restated(MemoryLock lock, MemoryLock.Holder holder) {
        Grant same = holder.grant();
        Grant again =
                new Grant(same.id(), same.name(), same.token(), context.ticker().nanos(), leaseTime, null);
        lock.put(new MemoryLock.Holder(again, this, expiry()));
        return new Answer.Granted(again);
    }

    MemoryLock.Holder grant(AcquisitionId id, MemoryLock lock) {
        long clock = context.clock().micros() + store.advancedMicros();
        long token =
                Math.max(lock.lastToken() + 1, Math.max(clock, context.options().tokenFloor() + 1));
        LockName name = names.get(id);
        if (name == null) {
            throw new IllegalStateException("granted " + id + ", which never entered");
        }
        Grant grant = new Grant(id, name, token, context.ticker().nanos(), leaseTime, null);
        return new MemoryLock.Holder(grant, this, expiry());
    }

    /** Read after the validFrom of the grant: a pause between the two makes the store's timer the longer one (S4). */
    private long expiry() {
        return store.now() + leaseTime.toNanos();
    }

    @Override
    public LeaveOutcome leave(AcquireRequest request) {
        return execute(() -> {
            MemoryLock lock = lock(request.name());
            long now = store.now();
            lock.leave(request.id(), request.unanswered(), now + 2 * leaseTime.toNanos());
            MemoryLock.Holder holder = lock.holder(now);
            if (holder != null && holder.grant().id().equals(request.id())) {
                lock.free(now);
            }
            names.remove(request.id());
            return LeaveOutcome.GONE;
        });
    }

    @Override
    public List<Renewal> renew(List<Grant> grants) {
        return execute(() -> {
            List<Renewal> outcomes = new ArrayList<>(grants.size());
            for (Grant grant : grants) {
                MemoryLock lock = lock(grant.name());
                long now = store.now();
                MemoryLock.Holder holder = lock.holder(now);
                if (holder != null && isFor(holder, grant)) {
                    long validFrom = context.ticker().nanos();
                    lock.put(new MemoryLock.Holder(holder.grant(), this, expiry()));
                    outcomes.add(new Renewal.Renewed(validFrom, leaseTime));
                } else {
                    outcomes.add(new Renewal.Lost(LossReason.EXPIRED));
                }
            }
            return outcomes;
        });
    }

    @Override
    public List<ReleaseOutcome> release(List<Grant> grants) {
        return execute(() -> {
            List<ReleaseOutcome> outcomes = new ArrayList<>(grants.size());
            for (Grant grant : grants) {
                MemoryLock lock = lock(grant.name());
                long now = store.now();
                MemoryLock.Holder holder = lock.holder(now);
                boolean held = holder != null && isFor(holder, grant);
                if (held) {
                    lock.free(now);
                }
                names.remove(grant.id());
                outcomes.add(held ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
            }
            return outcomes;
        });
    }

    private static boolean isFor(MemoryLock.Holder holder, Grant grant) {
        return holder.grant().id().equals(grant.id()) && holder.grant().token() == grant.token();
    }

    @Override
    public Optional<RegisterDriver> registers() {
        return Optional.of(registers);
    }

    private MemoryLock lock(LockName name) {
        return store.at(key(name));
    }

    MemoryStore.Key key(LockName name) {
        return new MemoryStore.Key(context.options().namespace(), name.value());
    }

    /** One request: one step under the store's lock. */
    <T> T execute(Supplier<T> request) {
        if (closed || store.unavailable()) {
            throw StoreException.notExecuted(
                    closed ? "the memory client is closed" : "the memory store is set to unavailable", null);
        }
        store.lock().lock();
        try {
            return request.get();
        } finally {
            store.lock().unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
