package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.model.EtcdClient.Phase;
import dev.holdfast.lock.tck.model.EtcdState.Kind;
import dev.holdfast.lock.tck.model.EtcdState.Lease;
import dev.holdfast.lock.tck.model.EtcdState.Message;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Unknown outcome, guard and session of docs/etcd.md. Messages arrive in any order, however late, or never; a request
 * may be executed after its sender gave it up. Clients take no step for any time, die, give up, leave, lose their
 * session and open another one.
 */
final class EtcdProtocol implements Protocol<EtcdState> {
    /**
     * How far the space reaches.
     *
     * @param sessions how many sessions each client may open
     * @param requests at most this many requests of each client, keep-alives apart
     * @param wire at most this many messages in flight
     * @param faults at most this many deaths and lost messages together
     */
    record Bounds(List<Integer> sessions, int requests, int wire, int faults) {}

    private final EtcdDefect defect;
    private final Bounds bounds;

    EtcdProtocol(EtcdDefect defect, Bounds bounds) {
        this.defect = defect;
        this.bounds = bounds;
    }

    @Override
    public EtcdState start() {
        EtcdState state = new EtcdState();
        state.faultsLeft = bounds.faults;
        for (int i = 0; i < bounds.sessions.size(); i++) {
            state.clients.add(new EtcdClient(i, bounds.sessions.get(i) - 1, 1));
            state.leases.add(new Lease(4 * i, EtcdState.TTL, 1));
        }
        state.revision = 1;
        return state;
    }

    @Override
    public void steps(EtcdState state, boolean fair, Steps<EtcdState> possible) {
        Message before = null;
        for (Message message : state.wire) {
            if (!message.equals(before)) {
                possible.step(() -> (message.kind().isRequest() ? "etcd executes " : "client hears ") + message, s -> {
                    s.wire.remove(message);
                    if (message.kind().isRequest()) {
                        new EtcdServer(defect, s).execute(message);
                    } else {
                        hear(s, s.clients.get(EtcdState.clientOf(message.id())), message);
                    }
                });
            }
            before = message;
        }
        boolean room = fair || state.wire.size() < bounds.wire;
        for (EtcdClient client : state.clients) {
            if (client.phase != Phase.DEAD) {
                keepAlive(client, room, possible);
                act(client, fair, room && (fair || client.lastNumber < bounds.requests), possible);
            }
        }
        possible.step(() -> Trace.TICK, EtcdState::tick);
        if (!fair && state.faultsLeft > 0) {
            faults(state, possible);
        }
    }

    private static void keepAlive(EtcdClient client, boolean room, Steps<EtcdState> possible) {
        char name = (char) ('A' + client.index);
        if (client.keepPending > 0 && client.keepAge > 0) {
            possible.step(() -> name + " gives up its keep-alive", on(client, (s, c) -> c.keepPending = 0));
        } else if (client.keepPending == 0 && room && client.sessionLives() && client.sessionAge > 0) {
            possible.step(() -> name + " sends a keep-alive", on(client, (s, c) -> {
                c.keepNumber = c.keepNumber % 3 + 1;
                c.keepPending = c.keepNumber;
                c.keepAge = 0;
                s.send(new Message(Kind.KEEP, c.id(), c.session, c.keepNumber, 0, 0));
            }));
        }
    }

    private void act(EtcdClient client, boolean fair, boolean more, Steps<EtcdState> possible) {
        String id = EtcdState.nameOf(client.id());
        boolean over = !client.sessionLives();
        switch (client.phase) {
            case OUTSIDE -> {
                if (over) {
                    over(client, possible);
                } else if (more) {
                    possible.step(() -> id + " enters", on(client, (s, c) -> send(s, c, Kind.ENTER, Phase.ENTERING)));
                }
                if (client.lastNumber > 0 && !fair) {
                    possible.step(() -> id + " has left", on(client, this::left));
                }
            }
            case ENTERING ->
                possible.step(() -> id + " gives up waiting for an answer", on(client, (s, c) -> {
                    c.phase = Phase.IN_DOUBT;
                    c.pending = 0;
                }));
            case IN_DOUBT -> {
                if (over && defect == EtcdDefect.SESSION_NOT_REVOKED) {
                    possible.step(() -> id + " takes it for gone with its session", on(client, (s, c) -> {
                        c.phase = Phase.OUTSIDE;
                        c.pending = 0;
                    }));
                } else if (more) {
                    Kind kind = over ? Kind.REVOKE : Kind.BUMP;
                    possible.step(
                            () -> id + (over ? " revokes its session" : " moves its guard"),
                            on(client, (s, c) -> send(s, c, kind, Phase.RESOLVING)));
                }
            }
            case RESOLVING ->
                possible.step(() -> id + " gives up waiting for an answer", on(client, (s, c) -> {
                    c.phase = Phase.IN_DOUBT;
                    c.pending = 0;
                }));
            case WAITING -> waiting(client, fair, more, possible);
            case HOLDING -> {
                if (more) {
                    possible.step(() -> id + " releases", on(client, (s, c) -> send(s, c, Kind.DELETE, Phase.ENDING)));
                }
            }
            case ENDING -> {
                if (more && client.pendingAge > 0) {
                    possible.step(
                            () -> id + " repeats its leave or release",
                            on(client, (s, c) -> send(s, c, Kind.DELETE, Phase.ENDING)));
                }
            }
            default -> {}
        }
    }

    private static void over(EtcdClient client, Steps<EtcdState> possible) {
        if (client.sessionsLeft > 0) {
            possible.step(() -> EtcdState.nameOf(client.id()) + " opens another session", on(client, (s, c) -> {
                c.sessionsLeft--;
                c.session++;
                c.sessionAge = 0;
                c.keepPending = 0;
                c.guard = ++s.revision;
                s.leases.add(new Lease(c.session, EtcdState.TTL, c.guard));
            }));
        }
    }

    private void waiting(EtcdClient client, boolean fair, boolean more, Steps<EtcdState> possible) {
        String id = EtcdState.nameOf(client.id());
        if (!client.sessionLives()) {
            possible.step(() -> id + " sees its session over", on(client, (s, c) -> c.phase = Phase.IN_DOUBT));
        } else if (client.pending > 0) {
            possible.step(() -> id + " gives up waiting for an answer", on(client, (s, c) -> c.pending = 0));
        } else if (more && client.pendingAge > 0) {
            possible.step(() -> id + " looks", on(client, (s, c) -> send(s, c, Kind.LOOK, Phase.WAITING)));
        }
        if (more && !fair) {
            possible.step(() -> id + " leaves", on(client, (s, c) -> send(s, c, Kind.DELETE, Phase.ENDING)));
        }
    }

    private void send(EtcdState state, EtcdClient client, Kind kind, Phase phase) {
        client.phase = phase;
        int n = client.number();
        int guard = kind == Kind.ENTER ? client.guard : kind == Kind.BUMP ? 100 + client.nonce : 0;
        state.send(new Message(kind, client.id(), client.session, n, guard, client.token));
    }

    private void left(EtcdState state, EtcdClient client) {
        client.phase = Phase.DONE;
        client.pending = 0;
        state.ended.add(client.id());
    }

    private static void faults(EtcdState state, Steps<EtcdState> possible) {
        for (EtcdClient client : state.clients) {
            if (client.phase != Phase.DEAD && client.lastNumber > 0) {
                possible.step(() -> (char) ('A' + client.index) + " dies", on(client, (s, c) -> {
                    s.faultsLeft--;
                    c.phase = Phase.DEAD;
                    c.pending = 0;
                    c.keepPending = 0;
                }));
            }
        }
        for (Message message : state.wire) {
            possible.step(() -> message + " is lost", s -> {
                s.faultsLeft--;
                s.wire.remove(message);
            });
        }
    }

    private void hear(EtcdState state, EtcdClient client, Message message) {
        if (message.kind() == Kind.KEPT) {
            int age = defect == EtcdDefect.DEADLINE_FROM_REPLY ? 0 : client.keepAge;
            client.sessionAge = Math.min(client.sessionAge, age);
            client.keepPending = 0;
        } else if (message.kind() != Kind.WAKE) {
            replied(state, client, message);
        } else if (defect == EtcdDefect.WAKE_UP_IS_THE_GRANT) {
            client.countsFromHeld = true;
            hold(state, client, message.token(), 0);
        } else {
            client.pendingAge = EtcdState.TTL; // it looks now
        }
        state.settle(client);
    }

    private void replied(EtcdState state, EtcdClient client, Message message) {
        client.pending = 0;
        switch (message.kind()) {
            case GRANTED -> {
                client.countsFromHeld = defect == EtcdDefect.VALIDITY_FROM_ACQUIRE;
                if (client.sessionLives() || client.countsFromHeld) {
                    hold(state, client, message.token(), client.pendingAge);
                } else {
                    client.phase = Phase.IN_DOUBT;
                }
            }
            case WAITING -> client.phase = Phase.WAITING;
            case GONE -> {
                client.guard = message.guard() > 0 ? message.guard() : client.guard;
                client.phase = Phase.OUTSIDE;
            }
            case BUMPED -> {
                client.guard = message.guard();
                client.nonce++;
                client.phase = message.token() > 0 ? Phase.WAITING : Phase.OUTSIDE;
            }
            case REVOKED -> client.phase = Phase.OUTSIDE;
            default -> left(state, client);
        }
    }

    private static void hold(EtcdState state, EtcdClient client, int token, int age) {
        client.phase = Phase.HOLDING;
        client.pending = 0;
        client.token = token;
        client.heldAge = age;
        state.tokenFell |= token < state.highestToken;
        state.highestToken = Math.max(state.highestToken, token);
        if (!client.believes()) {
            client.phase = Phase.IN_DOUBT;
        }
    }

    @Override
    public @Nullable String breach(EtcdState state, Rule rule) {
        return EtcdBreaches.of(state, rule);
    }

    @Override
    public boolean served(EtcdState state) {
        return state.clients.stream()
                .allMatch(c -> c.phase == Phase.DONE
                        || c.phase == Phase.DEAD
                        || (c.phase == Phase.OUTSIDE && !c.sessionLives() && c.sessionsLeft == 0));
    }

    private interface Change {
        void on(EtcdState state, EtcdClient client);
    }

    private static Consumer<EtcdState> on(EtcdClient client, Change change) {
        return state -> {
            EtcdClient changed = state.clients.get(client.index);
            change.on(state, changed);
            state.settle(changed);
        };
    }
}
