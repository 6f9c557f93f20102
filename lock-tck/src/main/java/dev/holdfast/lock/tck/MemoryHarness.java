package dev.holdfast.lock.tck;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.memory.MemoryStore;
import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** The memory store in the kit: the reference for the rules of the engine, and an example of a harness. */
public final class MemoryHarness implements LockHarness {
    private final String id = UUID.randomUUID().toString();
    private final MemoryStore store = MemoryStore.named("holdfast-tck-" + id);
    private final AtomicLong requests = new AtomicLong();

    /** A store of its own. */
    public MemoryHarness() {}

    @Override
    public String store() {
        return "memory";
    }

    @Override
    public String url() {
        return "memory:holdfast-tck-" + id + "?namespace=holdfast-tck-" + id;
    }

    @Override
    public LockClient open(ClientOptions options) {
        ClientOptions inNamespace =
                options.toBuilder().namespace("holdfast-tck-" + id).build();
        return Locks.over(inNamespace, context -> new Counting(Drivers.open(url(), context)));
    }

    @Override
    public Set<Claim> claims() {
        return Set.of(Claim.FIFO, Claim.DIRECT_WAKEUP, Claim.FENCED_REGISTER);
    }

    @Override
    public Duration shortestLease() {
        return Duration.ofMillis(400);
    }

    @Override
    public boolean processes() {
        return false;
    }

    @Override
    public OptionalLong requests() {
        return OptionalLong.of(requests.get());
    }

    @Override
    public boolean expire(String lockName) {
        store.expire(lockName);
        return true;
    }

    @Override
    public Optional<String> impossible(Fault fault) {
        return switch (fault) {
            case EVICTION -> Optional.of("the memory of this JVM evicts nothing");
            case CONNECTIONS_ENDED -> Optional.of("there are no connections to the memory of this JVM");
            case STORE_CLOCK, CLIENT_CLOCK -> Optional.of("store and clients are one process, whose clock stays");
            default -> LockHarness.super.impossible(fault);
        };
    }

    @Override
    public boolean reference() {
        return true;
    }

    /** Counts the requests that a server would count. */
    private final class Counting extends ForwardingDriver {
        Counting(LockDriver target) {
            super(target);
        }

        @Override
        public Answer enter(AcquireRequest request) throws InterruptedException {
            requests.incrementAndGet();
            return super.enter(request);
        }

        @Override
        public Answer look(AcquireRequest request) throws InterruptedException {
            requests.incrementAndGet();
            return super.look(request);
        }

        @Override
        public LeaveOutcome leave(AcquireRequest request) {
            requests.incrementAndGet();
            return super.leave(request);
        }

        @Override
        public List<Renewal> renew(List<Grant> grants) {
            requests.incrementAndGet();
            return super.renew(grants);
        }

        @Override
        public List<ReleaseOutcome> release(List<Grant> grants) {
            requests.incrementAndGet();
            return super.release(grants);
        }
    }
}
