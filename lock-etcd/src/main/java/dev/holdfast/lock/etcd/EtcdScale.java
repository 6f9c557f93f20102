package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.StoreException;
import dev.holdfast.lock.spi.TokenClock;
import io.etcd.jetcd.KeyValue;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What this client knows of the namespace's scale and of etcd's revisions; token = scale + create_revision.
 *
 * <p>Inside one store tokens rise without a clock, because the scale only rises and revisions do too. The clock keeps
 * them above tokens from another store or from lost data. So the scale is raised to {@code clock - revision} by the
 * next enter after a session was opened, after a reconnect (etcd may have been restored from a backup meanwhile), and
 * when the tokens have fallen a minute behind the clock.
 */
final class EtcdScale {
    /**
     * Less is not worth a write that makes every other client read the record. Shorter than any connect, so that a swap
     * of stores back and forth in an instant meets rising tokens too.
     */
    private static final long WORTHWHILE_MICROS = 1_000;

    private static final long LAG_MICROS = 60_000_000;
    private static final int NEVER = -1;

    private final TokenClock clock;
    private final String root;
    private final AtomicReference<EtcdRecord> known = new AtomicReference<>(EtcdRecord.ABSENT);
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong floor;
    private final AtomicInteger checkedEpoch = new AtomicInteger(NEVER);

    EtcdScale(TokenClock clock, String root, long tokenFloor) {
        this.clock = clock;
        this.root = root;
        this.floor = new AtomicLong(tokenFloor);
    }

    /** The record as last read. */
    EtcdRecord known() {
        return Objects.requireNonNull(known.get());
    }

    /** The highest revision seen in an answer. */
    long seen() {
        return seen.get();
    }

    /**
     * Takes note of the record in an answer.
     *
     * @throws StoreException refused, if the record is not one that this client may work with
     */
    void learn(List<KeyValue> stored) {
        EtcdRecord read = stored.isEmpty() ? EtcdRecord.ABSENT : EtcdRecord.of(stored.get(0), root);
        learn(read);
    }

    /** Takes note of the record; older news than what is known is dropped. */
    void learn(EtcdRecord read) {
        if (read.revision() == 0) {
            // Somebody deleted the record: stay above everything that was granted under it.
            floor.accumulateAndGet(known().scale() + seen.get(), Math::max);
        }
        known.updateAndGet(old -> read.revision() == 0 || read.revision() > old.revision() ? read : old);
    }

    /** A new session: the next enter compares the scale with the clock. */
    void sessionOpened() {
        checkedEpoch.set(NEVER);
    }

    /**
     * Whether a grant made now would carry a scale that has been checked on this connection.
     *
     * @param epoch the connection's, after the grant's answer
     */
    boolean checked(int epoch) {
        return checkedEpoch.get() == epoch;
    }

    /**
     * The scale for the next entry, to be written in its Txn if it is higher than {@code base}'s.
     *
     * @param base the record that the Txn compares
     * @param epoch the connection's, before sending
     */
    long next(EtcdRecord base, int epoch) {
        long order = seen.get();
        long now = clock.micros() - order;
        long gain = now - base.scale();
        long scale = base.scale();
        boolean due = base.revision() == 0 || !checked(epoch) || gain > LAG_MICROS;
        if (due && gain >= WORTHWHILE_MICROS) {
            scale = now;
        }
        return Math.max(scale, floor.get() - order);
    }

    /** An entry was created under this record, after a comparison with the clock on this connection. */
    void entered(EtcdRecord record, int epoch) {
        learn(record);
        checkedEpoch.set(epoch);
    }

    /**
     * Takes note of the revision in an answer.
     *
     * @param before {@link #seen()} before the request was sent
     * @return false if etcd's revision has fallen: data was lost or restored
     */
    boolean observe(long before, long revision) {
        if (revision < before) {
            return false;
        }
        seen.accumulateAndGet(revision, Math::max);
        return true;
    }

    /** After a fall of the revision: nothing known counts, but tokens stay above all that this client may have seen. */
    void reset(long revision) {
        long highest = known().scale() + seen.get();
        floor.accumulateAndGet(highest, Math::max);
        known.set(EtcdRecord.ABSENT);
        seen.set(revision);
        checkedEpoch.set(NEVER);
    }
}
