package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.spi.Ticker;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Which node has which slot, as far as this client knows; what is wrong here costs a redirection. Safe for use by
 * several threads.
 */
final class ClusterSlots {
    private static final int SLOTS = 16_384;
    private static final long PAUSE = Duration.ofMillis(100).toNanos();

    private final AtomicReferenceArray<LockUrl.@Nullable Host> owners = new AtomicReferenceArray<>(SLOTS);
    private final AtomicBoolean doubted = new AtomicBoolean(true);
    private final AtomicLong next;
    private final Ticker ticker;
    private final List<LockUrl.Host> seeds;
    private volatile List<LockUrl.Host> primaries;

    ClusterSlots(List<LockUrl.Host> seeds, Ticker ticker) {
        this.seeds = List.copyOf(seeds);
        this.primaries = this.seeds;
        this.ticker = ticker;
        this.next = new AtomicLong(ticker.nanos());
    }

    /** Who has the slot, or anybody, who will redirect. */
    LockUrl.Host of(int slot) {
        LockUrl.Host owner = owners.get(slot);
        List<LockUrl.Host> known = primaries;
        return owner == null ? known.get(slot % known.size()) : owner;
    }

    /** Who has slots; before the first answer the hosts of the URL. */
    List<LockUrl.Host> primaries() {
        return primaries;
    }

    /** Whom to ask for the map: the primaries, then the hosts of the URL. */
    List<LockUrl.Host> known() {
        Set<LockUrl.Host> all = new LinkedHashSet<>(primaries);
        all.addAll(seeds);
        return List.copyOf(all);
    }

    void moved(int slot, LockUrl.Host to) {
        owners.set(slot, to);
    }

    /** A node did not answer. */
    void doubt() {
        doubted.set(true);
    }

    /** Whether this caller is to ask now: one at a time, ten times a second at most. */
    boolean mustAsk() {
        long due = next.get();
        return doubted.get()
                && ticker.nanos() - due >= 0
                && next.compareAndSet(due, ticker.nanos() + PAUSE)
                && doubted.compareAndSet(true, false);
    }

    /** Takes in the answer of {@code CLUSTER SLOTS}, as this node gave it. */
    void learn(List<?> ranges, LockUrl.Host from) {
        Set<LockUrl.Host> found = new LinkedHashSet<>();
        for (Object each : ranges) {
            List<?> range = (List<?>) each;
            List<?> primary = (List<?>) range.get(2);
            String name = primary.get(0) instanceof byte[] bytes ? SafeEncoder.encode(bytes) : "";
            // An empty name: the node does not know what it is called, but was reached.
            LockUrl.Host host =
                    new LockUrl.Host(name.isEmpty() ? from.name() : name, ((Long) primary.get(1)).intValue());
            found.add(host);
            int last = ((Long) range.get(1)).intValue();
            for (int slot = ((Long) range.get(0)).intValue(); slot <= last; slot++) {
                owners.set(slot, host);
            }
        }
        primaries = found.isEmpty() ? seeds : List.copyOf(found);
    }
}
