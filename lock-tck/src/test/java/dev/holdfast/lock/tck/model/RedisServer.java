package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.model.RedisState.Kind;
import dev.holdfast.lock.tck.model.RedisState.Message;
import dev.holdfast.lock.tck.model.RedisState.Place;
import dev.holdfast.lock.tck.model.RedisState.Until;
import java.util.List;

/** The scripts of lock-redis, in the same order of decisions; each is one step. */
final class RedisServer {
    private static final int NOBODY = -1;

    private final RedisDefect defect;
    private final RedisState state;

    RedisServer(RedisDefect defect, RedisState state) {
        this.defect = defect;
        this.state = state;
    }

    void execute(Message request) {
        int id = request.id();
        switch (request.kind()) {
            case ENTER -> enter(id, request.n());
            case LOOK -> look(id, request.n());
            case LEAVE -> leave(request);
            case RENEW -> renew(request);
            case RELEASE -> release(request);
            default -> throw new IllegalArgumentException(request.toString());
        }
    }

    private void reply(Kind kind, int id, int n, int token) {
        state.send(new Message(kind, id, n, token, false));
    }

    private void enter(int id, int n) {
        if (RedisState.contains(state.tombstones, id)) {
            reply(Kind.GONE, id, n, 0);
            return;
        }
        if (restated(id, n)) {
            return;
        }
        boolean queued = state.queued(id);
        hear(id, n);
        if (state.owner == NOBODY) {
            serve(id);
            if (state.owner == NOBODY) {
                grant(id);
            }
            if (state.owns(id)) {
                reply(Kind.GRANTED, id, n, state.ownerToken);
                return;
            }
        }
        if (!queued) {
            state.queue.add(new Place(id, n, 0));
        }
        reply(Kind.WAITING, id, n, 0);
    }

    private void look(int id, int n) {
        if (restated(id, n)) {
            return;
        }
        boolean queued = state.queued(id);
        hear(id, n);
        if (state.owner == NOBODY) {
            serve(queued ? id : NOBODY);
            if (state.owns(id)) {
                reply(Kind.GRANTED, id, n, state.ownerToken);
                return;
            }
        }
        if (!queued && defect == RedisDefect.LOOK_ENTERS) {
            state.queue.add(new Place(id, n, 0));
            queued = true;
        }
        reply(queued ? Kind.WAITING : Kind.GONE, id, n, 0);
    }

    /** The holder asks again: the same token, and its timer runs anew. */
    private boolean restated(int id, int n) {
        if (!state.owns(id)) {
            return false;
        }
        state.ownerLeft = RedisState.LEASE;
        reply(Kind.GRANTED, id, n, state.ownerToken);
        return true;
    }

    private void leave(Message request) {
        int id = request.id();
        state.queue.removeIf(place -> place.id() == id);
        if (state.owns(id)) {
            state.free();
        }
        end(request);
        if (state.owner == NOBODY) {
            serve(NOBODY);
        }
        reply(Kind.ENDED, id, request.n(), 0);
    }

    private void renew(Message request) {
        int id = request.id();
        boolean held = state.owns(id) && state.ownerToken == request.token();
        if (held || defect == RedisDefect.RENEWAL_WITHOUT_COMPARE) {
            state.owner = id;
            state.ownerToken = request.token();
            state.ownerLeft = RedisState.LEASE;
            reply(Kind.RENEWED, id, request.n(), request.token());
        }
    }

    private void release(Message request) {
        int id = request.id();
        boolean held = state.owns(id) && state.ownerToken == request.token();
        if (held || (state.owner != NOBODY && defect == RedisDefect.RELEASE_WITHOUT_COMPARE)) {
            state.free();
        }
        if (request.unanswered() && defect != RedisDefect.RELEASE_KEEPS_LATE_ENTER) {
            state.queue.removeIf(place -> place.id() == id);
            if (state.owns(id) && state.ownerToken > request.token()) {
                state.free(); // granted to an enter that came after the lease had lapsed
            }
        }
        end(request);
        if (state.owner == NOBODY) {
            serve(NOBODY);
        }
        reply(Kind.ENDED, id, request.n(), 0);
    }

    private void end(Message request) {
        int id = request.id();
        if (request.unanswered() && defect != RedisDefect.NO_TOMBSTONE) {
            bury(state.tombstones, id);
        }
        bury(state.ended, id);
    }

    private static void bury(List<Until> list, int id) {
        list.removeIf(each -> each.id() == id);
        list.add(new Until(id, RedisState.BURIED));
    }

    private void hear(int id, int n) {
        state.queue.replaceAll(place -> place.id() == id && n > place.n() ? new Place(id, n, 0) : place);
    }

    /** Grants the free lock to the first live waiter; the caller counts as live, and hears of it by its reply. */
    private void serve(int caller) {
        while (state.owner == NOBODY && !state.queue.isEmpty()) {
            Place first = state.queue.remove(0);
            boolean live = first.id() == caller || 3 * first.age() <= 2 * RedisState.LEASE;
            if (live) {
                grant(first.id());
                if (first.id() != caller) {
                    reply(Kind.PUSH, first.id(), first.n(), state.ownerToken);
                }
            }
        }
    }

    private void grant(int id) {
        boolean forgotten = defect == RedisDefect.TOKEN_RESETS && state.queue.isEmpty();
        state.token = forgotten ? 1 : state.token + 1;
        state.tokenFell |= state.token <= state.highestToken;
        state.highestToken = Math.max(state.highestToken, state.token);
        state.owner = id;
        state.ownerToken = state.token;
        state.ownerLeft = RedisState.LEASE;
    }
}
