package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockName;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What this client knows of one acquire: made before its first request is sent, kept until its node is gone. */
final class Place {
    /**
     * A node that the server has confirmed.
     *
     * @param name last element of its path
     */
    record Node(String name, long token) {}

    private final AcquisitionId id;
    private final LockName name;
    private final String lock;
    private final ZooKeeperSession session;
    private volatile @Nullable Node node;
    private final AtomicReference<@Nullable Behind> behind = new AtomicReference<>();
    private volatile boolean granted;
    private volatile long grantedAt;

    /**
     * The node before the own one.
     *
     * @param first whether it was the first of all: nodes are appended, so the own node follows it at the head
     */
    private record Behind(String path, boolean first, boolean gone) {}

    Place(AcquisitionId id, LockName name, String lock, ZooKeeperSession session) {
        this.id = id;
        this.name = name;
        this.lock = lock;
        this.session = session;
    }

    AcquisitionId id() {
        return id;
    }

    LockName name() {
        return name;
    }

    /** Path of the lock. */
    String lock() {
        return lock;
    }

    ZooKeeperSession session() {
        return session;
    }

    /** The answer may come after its caller has given up: the place is known again then. */
    void confirmed(String nodeName, long token) {
        node = new Node(nodeName, token);
    }

    /** {@code null} while the outcome is unknown. */
    @Nullable
    Node node() {
        return node;
    }

    /** Path of the node, empty while the outcome is unknown. */
    Optional<String> path() {
        Node confirmed = node;
        return confirmed == null ? Optional.empty() : Optional.of(lock + "/" + confirmed.name);
    }

    /** From now on this place waits for the end of that node. */
    void waitsFor(String path, boolean first) {
        behind.set(new Behind(path, first, false));
    }

    /** Path of the node that it waits for, empty when it does not wait. */
    Optional<String> waitsFor() {
        return Optional.ofNullable(behind.get()).map(Behind::path);
    }

    /** The server says that this node is gone; nothing happens when the place waits for another one by now. */
    void gone(String path) {
        behind.updateAndGet(now -> now == null || !now.path.equals(path) ? now : new Behind(path, now.first, true));
    }

    /** Whether the node is known to be at the head of the queue, as long as the session lasts. */
    boolean follows() {
        Behind now = behind.get();
        return now != null && now.first && now.gone;
    }

    void waitsNoMore() {
        behind.set(null);
    }

    boolean isOf(Grant grant) {
        Node confirmed = node;
        return confirmed != null
                && confirmed.token == grant.token()
                && id.equals(grant.id())
                && name.equals(grant.name());
    }

    void grant(long now) {
        grantedAt = now;
        granted = true;
    }

    /** Reading of the clock when the node was last seen at the head of the queue. */
    long grantedAt() {
        return grantedAt;
    }

    boolean granted() {
        return granted;
    }
}
