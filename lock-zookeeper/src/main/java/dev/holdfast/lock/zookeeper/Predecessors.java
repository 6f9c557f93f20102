package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquisitionId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;

/**
 * Who waits for the end of which node. One watcher for all, so that the client library keeps one entry for each node
 * however many acquires come and go. A watch that is lost costs a poll, nothing else.
 */
final class Predecessors implements Watcher {
    private final Map<String, Set<Place>> waiting = new ConcurrentHashMap<>();
    private final Consumer<AcquisitionId> look;

    /** With what to call for an acquire whose predecessor is gone. */
    Predecessors(Consumer<AcquisitionId> look) {
        this.look = look;
    }

    /**
     * Asks to be told; does not wait for the answer. {@code getData}, because a watch of {@code exists} would stay for
     * ever at a node that is gone already.
     */
    void watch(ZooKeeperRequests requests, String path, boolean first, Place place) {
        forget(place);
        place.waitsFor(path, first);
        waiting.compute(path, (key, places) -> {
            Set<Place> all = places == null ? ConcurrentHashMap.newKeySet() : places;
            all.add(place);
            return all;
        });
        requests.data(path, this).exceptionally(failure -> {
            if (failure instanceof KeeperException.NoNodeException) {
                gone(path);
            }
            return new ZooKeeperRequests.Stored("", new org.apache.zookeeper.data.Stat());
        });
    }

    /** This acquire waits no more. */
    void forget(Place place) {
        place.waitsFor()
                .ifPresent(path -> waiting.computeIfPresent(path, (key, places) -> {
                    places.remove(place);
                    return places.isEmpty() ? null : places;
                }));
        place.waitsNoMore();
    }

    @Override
    public void process(WatchedEvent event) {
        if (event.getType() == Event.EventType.NodeDeleted) {
            gone(event.getPath());
        }
    }

    private void gone(String path) {
        Set<Place> places = waiting.remove(path);
        if (places != null) {
            places.forEach(place -> {
                place.gone(path);
                look.accept(place.id());
            });
        }
    }
}
