package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.model.EtcdState.Kind;
import dev.holdfast.lock.tck.model.EtcdState.Lease;
import dev.holdfast.lock.tck.model.EtcdState.Message;

/** The transactions of lock-etcd; each is one step. */
final class EtcdServer {
    private final EtcdDefect defect;
    private final EtcdState state;

    EtcdServer(EtcdDefect defect, EtcdState state) {
        this.defect = defect;
        this.state = state;
    }

    void execute(Message request) {
        Lease lease = state.lease(request.session());
        int created = state.createdOf(request.id());
        switch (request.kind()) {
            case ENTER -> {
                if (created > 0) {
                    answer(request);
                } else if (lease.left() == 0 || lease.guard() != request.guard()) {
                    reply(Kind.GONE, request, lease.guard(), 0);
                } else {
                    state.queue.add(new EtcdState.Entry(request.id(), request.session(), ++state.revision));
                    answer(request);
                }
            }
            case LOOK -> {
                if (created == 0) {
                    reply(Kind.GONE, request, 0, 0);
                } else {
                    answer(request);
                }
            }
            case BUMP -> {
                if (lease.left() > 0) {
                    int moved =
                            switch (defect) {
                                case NO_GUARD -> lease.guard();
                                case GUARD_BY_VALUE -> request.guard();
                                default -> ++state.revision;
                            };
                    state.put(new Lease(lease.session(), lease.left(), moved));
                    reply(Kind.BUMPED, request, moved, created);
                } else {
                    reply(Kind.REVOKED, request, 0, 0); // no such lease, so nothing can be put under it
                }
            }
            case DELETE -> {
                if (request.token() == 0 || request.token() == created) {
                    state.delete(request.id());
                }
                reply(Kind.ENDED, request, 0, 0);
            }
            case REVOKE -> {
                state.end(request.session());
                reply(Kind.REVOKED, request, 0, 0);
            }
            default -> {
                if (lease.left() > 0) {
                    state.put(new Lease(lease.session(), EtcdState.TTL, lease.guard()));
                    reply(Kind.KEPT, request, 0, 0);
                }
            }
        }
    }

    private void answer(Message request) {
        int created = state.createdOf(request.id());
        reply(state.isFirst(request.id()) ? Kind.GRANTED : Kind.WAITING, request, 0, created);
    }

    private void reply(Kind kind, Message request, int guard, int token) {
        state.send(new Message(kind, request.id(), request.session(), request.n(), guard, token));
    }
}
