package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockName;
import java.util.Optional;
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
    private volatile boolean granted;
    private volatile long grantedAt;

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
