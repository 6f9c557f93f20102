package dev.holdfast.lock.tck.model;

import static dev.holdfast.lock.tck.model.RedlockState.CLIENTS;
import static dev.holdfast.lock.tck.model.RedlockState.ENTER;
import static dev.holdfast.lock.tck.model.RedlockState.LEASE;
import static dev.holdfast.lock.tck.model.RedlockState.LEAVE;
import static dev.holdfast.lock.tck.model.RedlockState.LEAVE_FOR_GOOD;
import static dev.holdfast.lock.tck.model.RedlockState.NOBODY;
import static dev.holdfast.lock.tck.model.RedlockState.RAISE;
import static dev.holdfast.lock.tck.model.RedlockState.SERVERS;
import static dev.holdfast.lock.tck.model.RedlockState.TOMBSTONE;
import static dev.holdfast.lock.tck.model.RedlockState.TRIES;
import static dev.holdfast.lock.tck.model.RedlockState.at;

import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.model.RedlockState.Phase;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * docs/redlock.md. Each message is executed at any time, in any order, or never; its answer arrives with that or is
 * lost. Clients pause between any two steps, and give up. One server at a time loses all its data. A token proposed is
 * one more than the highest that the client has seen, so that no clock helps, but for the one assumption about data
 * that are lost: that the server then goes on above every token so far.
 */
final class RedlockProtocol implements Protocol<RedlockState> {
    private final RedlockDefect defect;
    private final int majority;

    RedlockProtocol(RedlockDefect defect) {
        this.defect = defect;
        this.majority = defect == RedlockDefect.MAJORITY_OF_HALF ? SERVERS / 2 : SERVERS / 2 + 1;
    }

    @Override
    public RedlockState start() {
        return new RedlockState();
    }

    @Override
    public void steps(RedlockState state, boolean fair, Steps<RedlockState> possible) {
        for (int attempt = 0; attempt < CLIENTS * TRIES; attempt++) {
            for (int server = 0; server < SERVERS; server++) {
                deliveries(state, attempt, server, possible);
            }
        }
        for (int client = 0; client < CLIENTS; client++) {
            client(state, client, possible);
        }
        possible.step(() -> Trace.TICK, RedlockState::tick);
        for (int server = 0; server < SERVERS; server++) {
            loss(state, server, possible);
        }
    }

    private static String name(int attempt) {
        return (attempt / TRIES == 0 ? "A" : "B") + (attempt % TRIES + 1);
    }

    private void deliveries(RedlockState state, int attempt, int server, Steps<RedlockState> possible) {
        int wire = state.wire[at(attempt, server)];
        String where = " of " + name(attempt) + " at server " + server;
        if ((wire & ENTER) != 0) {
            possible.step(() -> "enter" + where, s -> enter(s, attempt, server, true));
            possible.step(() -> "enter" + where + ", answer lost", s -> enter(s, attempt, server, false));
        }
        if ((wire & RAISE) != 0) {
            possible.step(() -> "raise" + where, s -> raise(s, attempt, server));
        }
        if ((wire & (LEAVE | LEAVE_FOR_GOOD)) != 0) {
            possible.step(() -> "leave" + where, s -> leave(s, attempt, server));
        }
    }

    private void enter(RedlockState s, int attempt, int server, boolean answered) {
        int cell = at(attempt, server);
        s.wire[cell] &= ~ENTER;
        int answer = -1;
        if ((s.wire[cell] & TOMBSTONE) == 0 && s.rest[server] == 0 && s.holder[server] == NOBODY) {
            answer = Math.max(s.last[server] + 1, s.proposed[attempt]);
            s.holder[server] = attempt;
            s.held[server] = answer;
            s.last[server] = answer;
            s.left[server] = LEASE;
        }
        int client = attempt / TRIES;
        if (answered && s.begun[client] > 0 && s.current(client) == attempt && s.phase[client] == Phase.ASKING) {
            s.given[cell] = answer;
            s.seen[client] = Math.max(s.seen[client], s.last[server]);
        }
    }

    private static void raise(RedlockState s, int attempt, int server) {
        int cell = at(attempt, server);
        s.wire[cell] &= ~RAISE;
        int client = attempt / TRIES;
        if (s.holder[server] == attempt && s.phase[client] == Phase.RAISING && s.current(client) == attempt) {
            s.held[server] = s.token[client];
            s.last[server] = Math.max(s.last[server], s.token[client]);
            s.given[cell] = s.token[client];
        }
    }

    private void leave(RedlockState s, int attempt, int server) {
        int cell = at(attempt, server);
        boolean forGood = (s.wire[cell] & LEAVE_FOR_GOOD) != 0;
        s.wire[cell] &= ~(LEAVE | LEAVE_FOR_GOOD);
        if (forGood) {
            s.wire[cell] |= TOMBSTONE;
        }
        int holder = s.holder[server];
        boolean same = defect == RedlockDefect.TRIES_SHARE_AN_ID
                ? holder != NOBODY && holder / TRIES == attempt / TRIES
                : holder == attempt;
        if (same) {
            s.holder[server] = NOBODY;
            s.held[server] = 0;
            s.left[server] = 0;
        }
    }

    private void client(RedlockState state, int client, Steps<RedlockState> possible) {
        String who = client == 0 ? "A" : "B";
        switch (state.phase[client]) {
            case IDLE -> possible.step(() -> who + " asks all", s -> ask(s, client));
            case ASKING -> {
                if (granted(state, client) >= majority) {
                    possible.step(() -> who + " has a majority", s -> decide(s, client));
                }
                possible.step(() -> who + " gives up", s -> end(s, client));
            }
            case RAISING -> {
                if (kept(state, client) >= majority) {
                    possible.step(() -> who + " has its token kept", s -> hold(s, client));
                }
                possible.step(() -> who + " gives up", s -> end(s, client));
            }
            case HOLDING -> possible.step(() -> who + " releases", s -> end(s, client));
            case OVER -> {}
        }
    }

    private static void ask(RedlockState s, int client) {
        s.begun[client]++;
        int attempt = s.current(client);
        s.phase[client] = Phase.ASKING;
        s.age[client] = 0;
        s.token[client] = 0;
        s.proposed[attempt] = s.seen[client] + 1;
        for (int server = 0; server < SERVERS; server++) {
            s.wire[at(attempt, server)] |= ENTER;
        }
    }

    private static int granted(RedlockState s, int client) {
        int granted = 0;
        for (int server = 0; server < SERVERS; server++) {
            granted += s.given[at(s.current(client), server)] > 0 ? 1 : 0;
        }
        return granted;
    }

    private static int kept(RedlockState s, int client) {
        int kept = 0;
        for (int server = 0; server < SERVERS; server++) {
            kept += s.given[at(s.current(client), server)] >= s.token[client] ? 1 : 0;
        }
        return kept;
    }

    private void decide(RedlockState s, int client) {
        int[] tokens = Arrays.stream(s.given, at(s.current(client), 0), at(s.current(client), SERVERS))
                .filter(token -> token > 0)
                .sorted()
                .toArray();
        s.token[client] = switch (defect) {
            case MAXIMUM_OF_SERVERS -> tokens[tokens.length - 1];
            case TOKEN_OF_ONE_SERVER -> tokens[0];
            default -> tokens[majority - 1];
        };
        boolean alone = defect == RedlockDefect.MAXIMUM_OF_SERVERS || defect == RedlockDefect.TOKEN_OF_ONE_SERVER;
        if (alone || kept(s, client) >= majority) {
            hold(s, client);
            return;
        }
        s.phase[client] = Phase.RAISING;
        for (int server = 0; server < SERVERS; server++) {
            int cell = at(s.current(client), server);
            if (s.given[cell] > 0 && s.given[cell] < s.token[client]) {
                s.wire[cell] |= RAISE;
            }
        }
    }

    private void hold(RedlockState s, int client) {
        if (defect == RedlockDefect.VALIDITY_FROM_REPLY) {
            s.age[client] = 0;
        }
        if (s.age[client] >= LEASE) {
            // Nothing is left of the lease.
            end(s, client);
            return;
        }
        s.phase[client] = Phase.HOLDING;
        s.below = s.token[client] <= s.highest ? s.token[client] : s.below;
        s.highest = Math.max(s.highest, s.token[client]);
    }

    /** Gives up, or releases. */
    private static void end(RedlockState s, int client) {
        int attempt = s.current(client);
        for (int server = 0; server < SERVERS; server++) {
            int cell = at(attempt, server);
            s.wire[cell] &= ~RAISE;
            if (s.given[cell] >= 0) {
                s.wire[cell] |= s.given[cell] > 0 ? LEAVE : LEAVE_FOR_GOOD;
            }
            s.given[cell] = 0;
        }
        s.age[client] = 0;
        s.token[client] = 0;
        s.phase[client] = s.begun[client] < TRIES ? Phase.IDLE : Phase.OVER;
    }

    private void loss(RedlockState state, int server, Steps<RedlockState> possible) {
        boolean another = false;
        for (int other = 0; other < SERVERS; other++) {
            another |= other != server && state.rest[other] > 0;
        }
        if (state.losses == 0 || another) {
            return;
        }
        possible.step(() -> "server " + server + " loses its data", s -> {
            s.losses--;
            s.last[server] = defect == RedlockDefect.TOKENS_BEGIN_ANEW ? 0 : s.top();
            s.holder[server] = NOBODY;
            s.held[server] = 0;
            s.left[server] = 0;
            s.rest[server] = defect == RedlockDefect.NO_DELAYED_RESTART ? 0 : LEASE;
            for (int attempt = 0; attempt < CLIENTS * TRIES; attempt++) {
                s.wire[at(attempt, server)] &= ~TOMBSTONE;
            }
        });
    }

    @Override
    public @Nullable String breach(RedlockState state, Rule rule) {
        return switch (rule) {
            case S1 -> state.believes(0) && state.believes(1) ? "both clients hold" : null;
            case S2 ->
                state.below > 0 ? "token " + state.below + " was granted when there had been " + state.highest : null;
            default -> null;
        };
    }
}
