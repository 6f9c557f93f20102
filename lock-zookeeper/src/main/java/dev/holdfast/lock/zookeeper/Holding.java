package dev.holdfast.lock.zookeeper;

import static dev.holdfast.lock.zookeeper.ZooKeeperRequests.await;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LossReason;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;

/** Keeping and giving back what was granted. */
final class Holding {
    /** More in one answer comes near the 1 MB at which the client library breaks the connection. */
    private static final int LONGEST_ANSWER = 512 * 1024;

    private final DriverContext context;
    private final ZooKeeperConnection connection;
    private final ZooKeeperLayout layout;
    private final Map<AcquisitionId, Place> places;

    Holding(
            DriverContext context,
            ZooKeeperConnection connection,
            ZooKeeperLayout layout,
            Map<AcquisitionId, Place> places) {
        this.context = context;
        this.connection = connection;
        this.layout = layout;
        this.places = places;
    }

    List<Renewal> renew(List<Grant> grants) {
        Deadline deadline = deadline();
        try {
            return Uninterrupted.run(() -> renew(grants, deadline));
        } catch (StoreException e) {
            return grants.stream().map(this::renewalWithoutAnswer).toList();
        }
    }

    private Renewal renewalWithoutAnswer(Grant grant) {
        return sessionEnded(grant) ? new Renewal.Lost(LossReason.SESSION_LOST) : new Renewal.Unknown();
    }

    private static boolean sessionEnded(Grant grant) {
        return place(grant).filter(place -> place.session().ended()).isPresent();
    }

    private List<Renewal> renew(List<Grant> grants, Deadline deadline) throws InterruptedException {
        ZooKeeperLink link = connection.link(deadline, "renewal");
        if (justGranted(grants, link)) {
            return renewals(grants, link, null);
        }
        boolean countable = places.values().stream()
                        .mapToInt(place -> place.lock().length() + 64)
                        .sum()
                < LONGEST_ANSWER;
        try {
            if (!countable || !link.session().singleServer()) {
                CompletableFuture<Boolean> beat = link.prove(); // beside what follows
                Set<String> present = countable ? present(grants, link.requests(), deadline) : null;
                if (!await(beat, deadline)) {
                    connection.prepareAgain(link);
                }
                return renewals(grants, link, present);
            }
            return renewals(grants, link, present(grants, link.requests(), deadline));
        } catch (KeeperException | TimeoutException e) {
            throw connection.errors().of(e, "renewal");
        }
    }

    /** On an ensemble no request makes the session's timer much better known than others just have. */
    private boolean justGranted(List<Grant> grants, ZooKeeperLink link) {
        if (grants.size() != 1 || link.session().singleServer()) {
            return false;
        }
        long now = context.ticker().nanos();
        long leaseTime = link.session().leaseTime().toNanos();
        OptionalLong validFrom = link.session().validity().validFrom();
        return validFrom.isPresent()
                && now - validFrom.getAsLong() < leaseTime / 2
                && place(grants.get(0))
                        .filter(place -> now - place.grantedAt() < leaseTime / 10)
                        .isPresent();
    }

    private List<Renewal> renewals(List<Grant> grants, ZooKeeperLink link, @Nullable Set<String> present) {
        return grants.stream().map(grant -> renewal(grant, link, present)).toList();
    }

    /** Which nodes the session still has: all in one answer. */
    private Set<String> present(List<Grant> grants, ZooKeeperRequests requests, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        if (grants.size() > 1) {
            return new HashSet<>(await(requests.ephemerals(layout.locks()), deadline));
        }
        Optional<Place> place =
                grants.stream().flatMap(grant -> place(grant).stream()).findFirst();
        if (place.isEmpty()) {
            return Set.of();
        }
        String path = place.get().path().orElseThrow();
        try {
            long owner = await(requests.exists(path), deadline).getEphemeralOwner();
            return owner == place.get().session().id() ? Set.of(path) : Set.of();
        } catch (KeeperException.NoNodeException e) {
            return Set.of();
        }
    }

    private Renewal renewal(Grant grant, ZooKeeperLink link, @Nullable Set<String> present) {
        if (sessionEnded(grant)) {
            return new Renewal.Lost(LossReason.SESSION_LOST);
        }
        Optional<Place> place = place(grant).filter(known -> places.get(grant.id()) == known);
        if (place.isEmpty()
                || (present != null && !present.contains(place.get().path().orElseThrow()))) {
            return new Renewal.Lost(LossReason.REVOKED);
        }
        if (place.get().session() != link.session()) {
            return new Renewal.Lost(LossReason.SESSION_LOST);
        }
        OptionalLong validFrom = place.get().session().validity().validFrom();
        return validFrom.isPresent()
                ? new Renewal.Renewed(
                        validFrom.getAsLong(), place.get().session().leaseTime())
                : new Renewal.Unknown();
    }

    /** All deletes are sent before the first answer is awaited. A path is one grant's own: nothing needs comparing. */
    List<ReleaseOutcome> release(List<Grant> grants) {
        Deadline deadline = deadline();
        ZooKeeperLink link;
        try {
            link = Uninterrupted.run(() -> connection.link(deadline, "release"));
        } catch (StoreException e) {
            return grants.stream().map(this::releaseWithoutAnswer).toList();
        }
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (Grant grant : grants) {
            answers.add(place(grant)
                    .map(place -> link.requests().delete(place.path().orElseThrow()))
                    .orElseGet(() -> CompletableFuture.completedFuture(false)));
        }
        List<ReleaseOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < grants.size(); i++) {
            Grant grant = grants.get(i);
            CompletableFuture<Boolean> answer = answers.get(i);
            outcomes.add(Uninterrupted.run(() -> released(grant, answer, deadline)));
        }
        return outcomes;
    }

    private ReleaseOutcome released(Grant grant, CompletableFuture<Boolean> answer, Deadline deadline)
            throws InterruptedException {
        try {
            boolean deleted = await(answer, deadline);
            place(grant).ifPresent(place -> places.remove(grant.id(), place));
            // Given up by this client, a session may live on at the server: its grant was lost nevertheless.
            return deleted && !sessionEnded(grant) ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
        } catch (KeeperException | TimeoutException e) {
            return releaseWithoutAnswer(grant);
        }
    }

    /** The delete is repeated in the background; the engine may ask again too. */
    private ReleaseOutcome releaseWithoutAnswer(Grant grant) {
        place(grant).ifPresent(place -> {
            places.remove(grant.id(), place);
            place.path().ifPresent(connection::doom);
        });
        return ReleaseOutcome.UNKNOWN;
    }

    /** The place of a grant that this driver made, with the id and token that it was made with (rule S5). */
    private static Optional<Place> place(Grant grant) {
        return grant.ticket() instanceof Place place && place.isOf(grant) ? Optional.of(place) : Optional.empty();
    }

    private Deadline deadline() {
        return Deadline.after(context.ticker(), context.options().storeTimeout());
    }
}
