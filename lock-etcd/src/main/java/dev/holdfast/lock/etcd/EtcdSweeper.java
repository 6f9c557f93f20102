package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.AcquisitionId;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.LeaseOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Second line of defence, once per lease time: compares the entries attached to the session's lease with the acquires
 * that this client knows. An entry that nobody knows would block its lock for as long as the session lives, so it is
 * deleted; a held lock without its entry was taken away by somebody, so it is reported. Never waits.
 */
final class EtcdSweeper {
    /** etcd's default limit of operations per transaction is 128. */
    private static final int BATCH = 100;

    private static final int EVERY = 3;

    private final EtcdConnection connection;
    private final EtcdLayout layout;
    private final EtcdSlots slots;
    private final Map<AcquisitionId, EtcdAttempt> attempts;
    private final Consumer<EtcdAttempt> onRevoked;
    private final AtomicInteger beats = new AtomicInteger();

    EtcdSweeper(
            EtcdConnection connection,
            EtcdLayout layout,
            EtcdSlots slots,
            Map<AcquisitionId, EtcdAttempt> attempts,
            Consumer<EtcdAttempt> onRevoked) {
        this.connection = connection;
        this.layout = layout;
        this.slots = slots;
        this.attempts = attempts;
        this.onRevoked = onRevoked;
    }

    /** A keep-alive was confirmed. */
    void beat(EtcdSession session) {
        if (beats.incrementAndGet() % EVERY == 0) {
            sweep(session);
        }
    }

    /** Looks at the session's entries now. */
    void sweep(EtcdSession session) {
        // Only what was held before the question: an entry made after it may be missing from the answer.
        List<EtcdAttempt> held = attempts.values().stream()
                .filter(a -> a.held() && a.session() == session)
                .toList();
        LeaseOption withKeys = LeaseOption.builder().withAttachedKeys().build();
        CompletableFuture<LeaseTimeToLiveResponse> ignored = connection
                .send(c -> c.getLeaseClient().timeToLive(session.lease(), withKeys))
                .whenComplete((answer, error) -> {
                    if (error == null) {
                        compare(answer.getKeys(), held);
                    }
                });
    }

    private void compare(List<ByteSequence> attached, List<EtcdAttempt> held) {
        Set<ByteSequence> inStore = new HashSet<>();
        List<Op> ghosts = new ArrayList<>();
        for (ByteSequence key : attached) {
            Optional<ByteSequence> entry = layout.entryKey(key);
            entry.ifPresent(inStore::add);
            if (entry.isPresent() && isGhost(entry.get()) && ghosts.size() < BATCH) {
                ghosts.add(EtcdQueue.delete(entry.get()));
            }
        }
        if (!ghosts.isEmpty()) {
            CompletableFuture<TxnResponse> ignored = send(ghosts);
        }
        List<EtcdAttempt> suspects = held.stream()
                .filter(a -> !inStore.contains(a.entry()))
                .limit(BATCH)
                .toList();
        if (!suspects.isEmpty()) {
            verify(suspects);
        }
    }

    /** Under a retired key no acquire will enter again, so its entry can be deleted whatever it is. */
    private boolean isGhost(ByteSequence key) {
        return slots.isRetired(key)
                && attempts.values().stream().noneMatch(a -> a.entry().equals(key));
    }

    /** The list of a lease's keys may be older than the truth; a transaction is not. */
    private void verify(List<EtcdAttempt> suspects) {
        List<Op> reads = suspects.stream().map(a -> EtcdQueue.get(a.entry())).toList();
        CompletableFuture<TxnResponse> ignored = send(reads).whenComplete((answer, error) -> {
            if (error == null) {
                for (int i = 0; i < suspects.size(); i++) {
                    if (EtcdQueue.isMissing(
                            suspects.get(i), answer.getGetResponses().get(i))) {
                        onRevoked.accept(suspects.get(i));
                    }
                }
            }
        });
    }

    private CompletableFuture<TxnResponse> send(List<Op> operations) {
        return connection.send(
                c -> c.getKVClient().txn().Then(operations.toArray(Op[]::new)).commit());
    }
}
