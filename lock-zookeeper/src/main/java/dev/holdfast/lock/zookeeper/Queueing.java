package dev.holdfast.lock.zookeeper;

import static dev.holdfast.lock.zookeeper.ZooKeeperRequests.await;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;

/** Into the queue, where in the queue, out of the queue. */
final class Queueing {
    private final ZooKeeperConnection connection;
    private final ZooKeeperLayout layout;
    private final Map<AcquisitionId, Place> places;
    private final Predecessors predecessors;

    Queueing(
            DriverContext context,
            ZooKeeperConnection connection,
            ZooKeeperLayout layout,
            Map<AcquisitionId, Place> places) {
        this.connection = connection;
        this.layout = layout;
        this.places = places;
        this.predecessors = new Predecessors(context::look);
    }

    Answer enter(AcquireRequest request, Deadline deadline) throws InterruptedException {
        Place known = places.get(request.id());
        if (known != null && known.node() != null) {
            Answer answer = look(request, deadline);
            if (!(answer instanceof Answer.Gone)) {
                return busyIfNotWaiting(request, answer, deadline);
            }
        }
        String what = what("acquire", request);
        try {
            Answer answer = known == null && !request.unanswered()
                    ? queue(request, deadline)
                    : settle(known, request, connection.link(deadline, what), deadline);
            return busyIfNotWaiting(request, answer, deadline);
        } catch (KeeperException | TimeoutException e) {
            throw connection.errors().of(e, what);
        }
    }

    /**
     * After an unknown outcome: the place that an answer has confirmed meanwhile, or a new one when nothing is left.
     */
    private Answer settle(@Nullable Place known, AcquireRequest request, ZooKeeperLink link, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        List<String> children = children(request, link, deadline);
        // The list came after whatever was sent on this connection before: what is not confirmed by now never will be.
        if (known != null && known.node() != null && known.session() == link.session()) {
            Answer answer = answer(known, link, children);
            if (!(answer instanceof Answer.Gone)) {
                return answer;
            }
        }
        delete(request, children, link, deadline);
        return queue(request, deadline);
    }

    /**
     * One round trip when the lock's parent is there: the list is served after the transaction, on the same connection.
     */
    private Answer queue(AcquireRequest request, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        String what = what("acquire", request);
        boolean withParent = false;
        while (true) {
            ZooKeeperLink link = connection.link(deadline, what);
            Place place = new Place(request.id(), request.name(), layout.lock(request.name()), link.session());
            places.put(request.id(), place); // before sending: whatever becomes of the request, the id is known
            CompletableFuture<ZooKeeperLink.Queued> queued = link.queue(request.name(), request.id(), withParent)
                    .whenComplete((done, failure) -> confirm(place, done));
            CompletableFuture<List<String>> children = link.requests().children(place.lock());
            ZooKeeperLink.Queued done = await(queued, deadline);
            if (done instanceof ZooKeeperLink.Queued.Placed placed) {
                restartOrderIfLate(link, placed.order());
                return answer(place, link, await(children, deadline));
            }
            places.remove(request.id(), place); // the transaction has provably done nothing
            if (done instanceof ZooKeeperLink.Queued.Refused refused) {
                throw refused.reason();
            } else if (done instanceof ZooKeeperLink.Queued.OtherWay) {
                withParent = !withParent;
            } else if (!(done instanceof ZooKeeperLink.Queued.OtherScale) || !await(link.readScale(), deadline)) {
                connection.prepareAgain(link);
            }
            if (deadline.remainingNanos() == 0) {
                throw connection.errors().notSent(what, "the namespace keeps changing");
            }
        }
    }

    private void confirm(Place place, ZooKeeperLink.@Nullable Queued done) {
        if (done instanceof ZooKeeperLink.Queued.Placed placed) {
            place.confirmed(placed.name(), placed.token());
            connection.seen(placed.token());
        }
    }

    private static void restartOrderIfLate(ZooKeeperLink link, int order) {
        if (order >= NamespaceRecord.LAST_ORDER) {
            // in the background: there are 2^30 grants left, and whoever is next tries again
            Future<?> unused = link.restartOrder(ZooKeeperOpening.unique(8));
        }
    }

    /** Where a confirmed node stands. */
    private Answer answer(Place place, ZooKeeperLink link, List<String> children) {
        Place.Node node = place.node();
        Optional<QueueNode> own =
                node == null || !children.contains(node.name()) ? Optional.empty() : QueueNode.parse(node.name());
        if (node == null || own.isEmpty()) {
            places.remove(place.id(), place);
            predecessors.forget(place);
            return new Answer.Gone();
        }
        List<QueueNode> before = own.get().before(children);
        if (!before.isEmpty()) {
            String predecessor =
                    place.lock() + "/" + before.get(before.size() - 1).name();
            predecessors.watch(link.requests(), predecessor, before.size() == 1, place);
            return new Answer.Waiting(place.session().leaseTime().dividedBy(3));
        }
        return granted(place, node);
    }

    private Answer granted(Place place, Place.Node node) {
        place.grant(place.session().ticker().nanos());
        predecessors.forget(place);
        OptionalLong validFrom = place.session().validity().validFrom();
        if (place.session().ended() || validFrom.isEmpty()) { // asked last: the end of a session tells what is granted
            throw StoreException.unknown("the session ended while lock '" + place.name() + "' was granted", null);
        }
        return new Answer.Granted(new Grant(
                place.id(),
                place.name(),
                node.token(),
                validFrom.getAsLong(),
                place.session().leaseTime(),
                place));
    }

    private Answer busyIfNotWaiting(AcquireRequest request, Answer answer, Deadline deadline)
            throws InterruptedException {
        if (answer instanceof Answer.Gone) {
            throw connection.errors().notSent(what("acquire", request), "its node was deleted by somebody else");
        }
        if (request.mayWait() || answer instanceof Answer.Granted) {
            return answer;
        }
        try {
            leave(request, deadline);
        } catch (StoreException e) {
            // Unlike a request that failed, the node is known: the delete is repeated until the server has answered.
            Place place = places.remove(request.id());
            if (place != null) {
                place.path().ifPresent(connection::doom);
            }
        }
        return new Answer.Busy();
    }

    Answer look(AcquireRequest request, Deadline deadline) throws InterruptedException {
        Place place = places.get(request.id());
        Place.Node node = place == null ? null : place.node();
        if (place == null || node == null) {
            return new Answer.Gone();
        }
        if (place.follows() && !place.session().ended()) {
            return granted(place, node); // a list could show nothing else, and cost a round trip at every hand-over
        }
        String what = what("look", request);
        ZooKeeperLink link = connection.link(deadline, what);
        if (link.session() != place.session()) {
            predecessors.forget(place);
            return new Answer.Gone(); // the place stays known: enter and leave clear what the old session may have left
        }
        try {
            return answer(place, link, await(link.requests().children(place.lock()), deadline));
        } catch (KeeperException.NoNodeException e) {
            return answer(place, link, List.of());
        } catch (KeeperException | TimeoutException e) {
            throw connection.errors().of(e, what);
        }
    }

    /** Returns only when neither a node of the acquire exists nor a late request can make one. */
    boolean leave(AcquireRequest request, Deadline deadline) throws InterruptedException {
        Place place = places.get(request.id());
        if (place != null) {
            predecessors.forget(place);
        } else if (!request.unanswered()) {
            return true; // nothing was sent, or it is gone already
        }
        String what = what("leave", request);
        try {
            ZooKeeperLink link = connection.link(deadline, what);
            Optional<String> path = place == null ? Optional.empty() : place.path();
            if (path.isPresent()) {
                await(link.requests().delete(path.get()), deadline);
            } else {
                delete(request, children(request, link, deadline), link, deadline);
            }
        } catch (KeeperException | TimeoutException e) {
            throw connection.errors().of(e, what);
        }
        if (place != null) {
            places.remove(request.id(), place);
        }
        return true;
    }

    /**
     * All nodes of the lock. What was sent on this connection has been worked off before; what was sent on an earlier
     * one compares a guard that the link has replaced.
     */
    private List<String> children(AcquireRequest request, ZooKeeperLink link, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        try {
            return await(link.requests().children(layout.lock(request.name())), deadline);
        } catch (KeeperException.NoNodeException e) {
            return List.of();
        }
    }

    /** Deletes what the acquire has among them. */
    private void delete(AcquireRequest request, List<String> children, ZooKeeperLink link, Deadline deadline)
            throws KeeperException, TimeoutException, InterruptedException {
        for (QueueNode node : QueueNode.of(request.id(), children)) {
            await(link.requests().delete(layout.lock(request.name()) + "/" + node.name()), deadline);
        }
    }

    private static String what(String verb, AcquireRequest request) {
        return verb + " of lock '" + request.name() + "'";
    }
}
