package dev.holdfast.lock.tck.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A session of docs/zookeeper.md on an ensemble: its timer at the leader, the follower that the client is connected to,
 * and the two ordered links between them. One tick here is half a tick of ZooKeeper, the time between two pings of the
 * leader; the session timeout is the shortest that a server grants.
 */
final class ZooKeeperState implements State<ZooKeeperState> {
    static final int TIMEOUT = 4;

    /** Ticks between an answer and the sending of a write: no less than 0.3 timeouts. */
    static final int SPACING = 2;

    /** What travels between leader and follower: a ping or a commit one way, a pong or a write the other. */
    enum Packet {
        PING,
        COMMIT,
        PONG,
        PONG_WITH_SESSION,
        WRITE
    }

    /** A request that was answered: how long ago it was sent and answered. */
    record Sample(int sent, int answered) {
        Sample older() {
            return new Sample(Math.min(sent + 1, TIMEOUT), Math.min(answered + 1, SPACING));
        }
    }

    /** Where the client's one request is. */
    enum Request {
        NONE,
        TO_FOLLOWER,
        AT_LEADER,
        TO_CLIENT
    }

    int timerLeft = TIMEOUT;
    final List<Packet> toFollower = new ArrayList<>();
    final List<Packet> toLeader = new ArrayList<>();
    boolean touched;

    Request request = Request.NONE;
    boolean write;
    int requestAge;
    final List<Sample> samples = new ArrayList<>();
    /**
     * Ages of sending: of the request that the write under way proves to have met a ping before it was sent; and of the
     * one that the last answered write did.
     */
    int metByThis = TIMEOUT;

    int metByLast = TIMEOUT;
    /** How long ago the request was sent that the lease counts from; the connect at first. */
    int validAge;

    boolean believes() {
        return validAge < TIMEOUT;
    }

    void tick() {
        timerLeft = Math.max(0, timerLeft - 1);
        validAge = Math.min(TIMEOUT, validAge + 1);
        requestAge = request == Request.NONE ? 0 : Math.min(TIMEOUT, requestAge + 1);
        metByThis = Math.min(TIMEOUT, metByThis + 1);
        metByLast = Math.min(TIMEOUT, metByLast + 1);
        samples.replaceAll(Sample::older);
        samples.removeIf(sample -> sample.sent == TIMEOUT);
        // Of those that were answered long ago only the last one matters.
        while (samples.size() > 1 && samples.get(1).answered == SPACING) {
            samples.remove(0);
        }
        if (timerLeft > 0) {
            toFollower.add(Packet.PING);
        }
    }

    @Override
    public ZooKeeperState copy() {
        ZooKeeperState copy = new ZooKeeperState();
        copy.timerLeft = timerLeft;
        copy.toFollower.addAll(toFollower);
        copy.toLeader.addAll(toLeader);
        copy.touched = touched;
        copy.request = request;
        copy.write = write;
        copy.requestAge = requestAge;
        copy.samples.addAll(samples);
        copy.validAge = validAge;
        copy.metByThis = metByThis;
        copy.metByLast = metByLast;
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ZooKeeperState that
                && timerLeft == that.timerLeft
                && touched == that.touched
                && request == that.request
                && write == that.write
                && requestAge == that.requestAge
                && validAge == that.validAge
                && metByThis == that.metByThis
                && metByLast == that.metByLast
                && toFollower.equals(that.toFollower)
                && toLeader.equals(that.toLeader)
                && samples.equals(that.samples);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                timerLeft,
                touched,
                request,
                write,
                requestAge,
                validAge,
                metByThis,
                metByLast,
                toFollower,
                toLeader,
                samples);
    }
}
