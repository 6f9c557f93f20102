package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.model.RedisClient.Phase;
import dev.holdfast.lock.tck.model.RedisState.Kind;
import dev.holdfast.lock.tck.model.RedisState.Message;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Direct grant of docs/redis.md. Messages arrive in any order, however late, or never; a request may be executed after
 * its sender gave it up, a message of the channel twice. Clients take no step for any time (a pause), die, give up
 * waiting for an answer, leave, and acquire again.
 */
final class RedisProtocol implements Protocol<RedisState> {
    /**
     * How far the space reaches.
     *
     * @param acquires how many acquires each client makes, one after the other
     * @param requests at most this many enters and looks for each acquire
     * @param wire at most this many messages in flight; a client waits with its next request until then
     * @param faults at most this many deaths, lost and doubled messages together
     */
    record Bounds(List<Integer> acquires, int requests, int wire, int faults) {}

    private final RedisDefect defect;
    private final Bounds bounds;

    RedisProtocol(RedisDefect defect, Bounds bounds) {
        this.defect = defect;
        this.bounds = bounds;
    }

    @Override
    public RedisState start() {
        RedisState state = new RedisState();
        state.faultsLeft = bounds.faults;
        for (int i = 0; i < bounds.acquires.size(); i++) {
            state.clients.add(new RedisClient(i, bounds.acquires.get(i)));
        }
        return state;
    }

    @Override
    public void steps(RedisState state, boolean fair, Steps<RedisState> possible) {
        Message before = null;
        for (Message message : state.wire) {
            if (!message.equals(before)) {
                possible.step(
                        () -> (message.kind().isRequest() ? "server executes " : "client hears ") + message, s -> {
                            s.wire.remove(message);
                            arrive(s, message);
                        });
            }
            before = message;
        }
        for (RedisClient client : state.clients) {
            act(state, client, fair, possible);
        }
        possible.step(() -> Trace.TICK, RedisState::tick);
        if (!fair && state.faultsLeft > 0) {
            faults(state, possible);
        }
    }

    private void act(RedisState state, RedisClient client, boolean fair, Steps<RedisState> possible) {
        boolean room = fair || state.wire.size() < bounds.wire;
        boolean more = room && (fair || client.lastNumber < bounds.requests);
        String id = RedisState.nameOf(client.id());
        switch (client.phase) {
            case IDLE -> {
                if (more) {
                    possible.step(() -> id + " enters", on(client, (s, c) -> ask(s, c, Kind.ENTER)));
                }
            }
            case ENTERING ->
                possible.step(() -> id + " gives up waiting for an answer", on(client, (s, c) -> {
                    c.phase = Phase.IN_DOUBT;
                    c.pending = 0;
                    c.unanswered = true;
                }));
            case IN_DOUBT -> {
                if (more) {
                    possible.step(() -> id + " enters again", on(client, (s, c) -> ask(s, c, Kind.ENTER)));
                }
                if (room) {
                    possible.step(() -> id + " leaves", on(client, (s, c) -> end(s, c, Kind.LEAVE)));
                }
            }
            case WAITING -> waiting(client, room, more, fair, possible);
            case HOLDING -> {
                if (room) {
                    possible.step(() -> id + " releases", on(client, (s, c) -> end(s, c, Kind.RELEASE)));
                }
                if (room && !client.renewed && !fair) {
                    possible.step(() -> id + " renews", on(client, (s, c) -> {
                        c.renewed = true;
                        c.pending = c.number();
                        s.send(new Message(Kind.RENEW, c.id(), c.pending, c.token, false));
                    }));
                }
            }
            case ENDING -> {
                boolean under = state.wire.stream().anyMatch(m -> m.id() == client.id() && m.n() == client.pending);
                if (!under && (fair || client.lastNumber < bounds.requests + 3)) {
                    possible.step(() -> id + " repeats its leave or release", on(client, (s, c) -> {
                        c.phase = Phase.HOLDING;
                        end(s, c, c.token > 0 ? Kind.RELEASE : Kind.LEAVE);
                    }));
                }
                possible.step(() -> id + " gives up its leave or release", on(client, (s, c) -> c.next()));
            }
            default -> {}
        }
    }

    private void waiting(RedisClient client, boolean room, boolean more, boolean fair, Steps<RedisState> possible) {
        String id = RedisState.nameOf(client.id());
        if (client.pending > 0) {
            possible.step(() -> id + " gives up waiting for an answer", on(client, (s, c) -> {
                c.pending = 0;
                c.unanswered = true;
            }));
        } else if (more && client.ageOfLast() > 0 && defect != RedisDefect.MESSAGE_WITHOUT_FALLBACK) {
            possible.step(() -> id + " looks", on(client, (s, c) -> ask(s, c, Kind.LOOK)));
        }
        if (room && !fair) {
            possible.step(() -> id + " leaves", on(client, (s, c) -> end(s, c, Kind.LEAVE)));
        }
    }

    private static void ask(RedisState state, RedisClient client, Kind kind) {
        client.phase = kind == Kind.ENTER ? Phase.ENTERING : Phase.WAITING;
        client.pending = client.number();
        state.send(new Message(kind, client.id(), client.pending, 0, false));
    }

    private static void end(RedisState state, RedisClient client, Kind kind) {
        client.unanswered |= client.phase != Phase.HOLDING && client.pending > 0;
        client.phase = Phase.ENDING;
        client.pending = client.number();
        state.send(new Message(kind, client.id(), client.pending, client.token, client.unanswered));
    }

    private void faults(RedisState state, Steps<RedisState> possible) {
        for (RedisClient client : state.clients) {
            if (client.phase != Phase.DEAD && client.phase != Phase.DONE && client.phase != Phase.IDLE) {
                possible.step(() -> RedisState.nameOf(client.id()) + " dies", on(client, (s, c) -> {
                    s.faultsLeft--;
                    c.die();
                }));
            }
        }
        for (Message message : state.wire) {
            possible.step(() -> message + " is lost", s -> {
                s.faultsLeft--;
                s.wire.remove(message);
            });
        }
        for (Message message : state.wire) {
            if (message.kind() == Kind.PUSH) {
                possible.step(() -> message + " is doubled", s -> {
                    s.faultsLeft--;
                    s.send(message);
                });
            }
        }
    }

    private void arrive(RedisState state, Message message) {
        if (message.kind().isRequest()) {
            new RedisServer(defect, state).execute(message);
            return;
        }
        RedisClient client = state.clients.get(RedisState.clientOf(message.id()));
        if (message.kind() == Kind.PUSH) {
            pushed(client, message);
        } else {
            replied(client, message);
        }
        state.settle(client);
    }

    private void pushed(RedisClient client, Message message) {
        int age = defect == RedisDefect.PUSH_COUNTS_FROM_LAST_REQUEST ? client.ageOfLast() : client.ageOf(message.n());
        if (age < RedisState.LEASE) {
            client.hold(message.token(), defect == RedisDefect.DEADLINE_FROM_REPLY ? 0 : age);
        }
    }

    private void replied(RedisClient client, Message message) {
        int age = defect == RedisDefect.DEADLINE_FROM_REPLY ? 0 : client.ageOf(message.n());
        client.pending = 0;
        switch (message.kind()) {
            case WAITING -> client.phase = Phase.WAITING;
            case GONE -> client.phase = Phase.IN_DOUBT;
            case ENDED -> client.next();
            case RENEWED -> client.validAge = Math.min(client.validAge, age);
            default -> {
                if (age < RedisState.LEASE) {
                    client.hold(message.token(), age);
                } else {
                    client.phase = Phase.IN_DOUBT; // too late to be of use: it asks again or leaves
                }
            }
        }
    }

    @Override
    public @Nullable String breach(RedisState state, Rule rule) {
        return switch (rule) {
            case S1 -> {
                List<String> holders = state.clients.stream()
                        .filter(RedisClient::believes)
                        .map(client -> RedisState.nameOf(client.id()) + " (token " + client.token + ")")
                        .toList();
                yield holders.size() < 2 ? null : String.join(" and ", holders) + " hold at the same time";
            }
            case S2 -> state.tokenFell ? "token " + state.ownerToken + " was granted before" : null;
            case S4 ->
                state.clients.stream()
                        .filter(RedisClient::believes)
                        .filter(client -> !state.owns(client.id())
                                || state.ownerToken != client.token
                                || state.ownerLeft < RedisState.LEASE - client.validAge)
                        .map(client ->
                                RedisState.nameOf(client.id()) + " believes to hold for longer than the server says")
                        .findFirst()
                        .orElse(null);
            case S10 ->
                state.ended.stream()
                        .filter(each -> state.owns(each.id()) || state.queued(each.id()))
                        .map(each -> RedisState.nameOf(each.id()) + " has left, and is "
                                + (state.owns(each.id()) ? "granted the lock" : "in the queue"))
                        .findFirst()
                        .orElse(null);
            default -> null;
        };
    }

    @Override
    public boolean served(RedisState state) {
        return state.clients.stream().allMatch(c -> c.phase == Phase.DONE || c.phase == Phase.DEAD);
    }

    private interface Change {
        void on(RedisState state, RedisClient client);
    }

    private static Consumer<RedisState> on(RedisClient client, Change change) {
        return state -> {
            RedisClient changed = state.clients.get(client.index);
            change.on(state, changed);
            state.settle(changed);
        };
    }
}
