package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The grants of this client, by acquisition id. Memory is enough for them: an advisory lock belongs to one server
 * process, which serves one session of this client, so that nobody else can release it, and whoever does not find it
 * here does not have it. Thread safe.
 */
final class AdvisoryGrants {
    /** A grant and the session that carries it. */
    record Held(
            Grant grant,
            long key,
            AdvisorySession session,
            AtomicReference<@Nullable CompletableFuture<Boolean>> unlocking) {
        static Held of(Grant grant, long key, AdvisorySession session) {
            return new Held(grant, key, session, new AtomicReference<>());
        }

        /** The same grant, as old as its session is now. */
        Grant current(long validFrom) {
            return new Grant(grant.id(), grant.name(), grant.token(), validFrom, grant.leaseTime(), null);
        }
    }

    private final DriverContext context;
    private final Map<AcquisitionId, Held> byId = new ConcurrentHashMap<>();

    AdvisoryGrants(DriverContext context) {
        this.context = context;
    }

    void put(Held held) {
        byId.put(held.grant().id(), held);
    }

    Optional<Held> get(AcquisitionId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Compared by id and token (rule S5). */
    Optional<Held> matching(Grant grant) {
        return get(grant.id()).filter(held -> held.grant().token() == grant.token());
    }

    void remove(Held held) {
        byId.remove(held.grant().id(), held);
    }

    /** The server has ended, or will end, these grants: whoever works under them hears of it now, not at a deadline. */
    void sessionEnded(AdvisorySession session) {
        byId.values().stream()
                .filter(held -> held.session().equals(session)
                        && byId.remove(held.grant().id(), held))
                .forEach(held -> context.lost(held.grant().id(), LossReason.SESSION_LOST));
    }
}
