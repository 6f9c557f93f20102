package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.model.ZooKeeperState.Packet;
import dev.holdfast.lock.tck.model.ZooKeeperState.Request;
import dev.holdfast.lock.tck.model.ZooKeeperState.Sample;
import org.jspecify.annotations.Nullable;

/**
 * From when a lease on an ensemble is valid. The leader pings every tick and hears of the client only in the follower's
 * answers; each link keeps its order and may stall for any time, as may the follower and the client. A write is
 * committed by the leader and other followers. That the session ends is what lets a rival in.
 */
final class ZooKeeperProtocol implements Protocol<ZooKeeperState> {
    private final ZooKeeperDefect defect;

    ZooKeeperProtocol(ZooKeeperDefect defect) {
        this.defect = defect;
    }

    @Override
    public ZooKeeperState start() {
        return new ZooKeeperState();
    }

    @Override
    public void steps(ZooKeeperState state, boolean fair, Steps<ZooKeeperState> possible) {
        if (!state.believes()) {
            return; // the lease is lost here, for good
        }
        if (!state.toFollower.isEmpty()) {
            Packet packet = state.toFollower.get(0);
            possible.step(() -> "the follower gets " + packet, s -> {
                s.toFollower.remove(0);
                if (packet == Packet.COMMIT) {
                    s.request = Request.TO_CLIENT;
                } else {
                    s.toLeader.add(s.touched ? Packet.PONG_WITH_SESSION : Packet.PONG);
                    s.touched = false;
                }
            });
        }
        if (!state.toLeader.isEmpty() && state.timerLeft > 0) {
            Packet packet = state.toLeader.get(0);
            possible.step(() -> "the leader gets " + packet, s -> {
                s.toLeader.remove(0);
                if (packet == Packet.WRITE) {
                    s.toFollower.add(Packet.COMMIT);
                } else if (packet == Packet.PONG_WITH_SESSION) {
                    s.timerLeft = ZooKeeperState.TIMEOUT;
                }
            });
        }
        client(state, possible);
        possible.step(() -> Trace.TICK, ZooKeeperState::tick);
    }

    private void client(ZooKeeperState state, Steps<ZooKeeperState> possible) {
        switch (state.request) {
            case NONE -> {
                boolean again = state.samples.stream().allMatch(sample -> sample.answered() > 0);
                if (again) {
                    possible.step(() -> "the client sends a read", s -> send(s, false));
                    possible.step(() -> "the client sends a write", s -> send(s, true));
                }
            }
            case TO_FOLLOWER ->
                possible.step(() -> "the follower gets the client's " + (state.write ? "write" : "read"), s -> {
                    s.touched = true;
                    s.request = s.write ? Request.AT_LEADER : Request.TO_CLIENT;
                    if (s.write) {
                        s.toLeader.add(Packet.WRITE);
                    }
                });
            case TO_CLIENT -> possible.step(() -> "the client gets its answer", this::answered);
            default -> {}
        }
    }

    private void send(ZooKeeperState state, boolean write) {
        state.request = Request.TO_FOLLOWER;
        state.write = write;
        state.requestAge = 0;
        int spacing = defect == ZooKeeperDefect.NO_PING_BETWEEN ? 0 : ZooKeeperState.SPACING;
        state.metByThis = !write
                ? ZooKeeperState.TIMEOUT
                : state.samples.stream()
                        .filter(sample -> sample.answered() >= spacing)
                        .mapToInt(Sample::sent)
                        .min()
                        .orElse(ZooKeeperState.TIMEOUT);
    }

    private void answered(ZooKeeperState state) {
        state.validAge = Math.min(state.validAge, proven(state));
        state.samples.add(new Sample(state.requestAge, 0));
        if (state.write) {
            state.metByLast = Math.min(state.metByLast, state.metByThis);
        }
        state.metByThis = ZooKeeperState.TIMEOUT;
        state.request = Request.NONE;
        state.requestAge = 0;
    }

    /** How long ago the youngest request was sent of which the leader has heard, as the answer in hand proves. */
    private int proven(ZooKeeperState state) {
        int byTwoWrites = state.write ? state.metByLast : ZooKeeperState.TIMEOUT;
        return switch (defect) {
            case NONE -> byTwoWrites;
            case ANSWER_OF_FOLLOWER -> state.requestAge;
            case WRITE_COUNTS_ITSELF -> state.write ? state.requestAge : ZooKeeperState.TIMEOUT;
            case NO_PING_BETWEEN, ONE_WRITE -> state.metByThis;
            case DEADLINE_FROM_REPLY -> byTwoWrites < ZooKeeperState.TIMEOUT ? 0 : byTwoWrites;
        };
    }

    @Override
    public @Nullable String breach(ZooKeeperState state, Rule rule) {
        return switch (rule) {
            case S1 ->
                state.believes() && state.timerLeft == 0
                        ? "the session is over and a rival is granted, but the client holds for another "
                                + (ZooKeeperState.TIMEOUT - state.validAge)
                        : null;
            case S4 ->
                state.believes() && state.timerLeft < ZooKeeperState.TIMEOUT - state.validAge
                        ? "the client's deadline is later than the leader's"
                        : null;
            default -> null;
        };
    }
}
