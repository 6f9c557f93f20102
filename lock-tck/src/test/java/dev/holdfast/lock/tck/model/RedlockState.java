package dev.holdfast.lock.tck.model;

import java.util.Arrays;

/**
 * Two clients with two tries each, three servers, and what is under way between them. Times are ages and times left; a
 * lease, and the delay of a restart, are {@value #LEASE} ticks.
 */
final class RedlockState implements State<RedlockState> {
    static final int SERVERS = 3;
    static final int CLIENTS = 2;
    static final int TRIES = 2;
    static final int LEASE = 2;
    static final int NOBODY = -1;

    /** What may be under way to a server for a try, or lie there; bits. */
    static final int ENTER = 1;

    static final int RAISE = 2;
    static final int LEAVE = 4;
    static final int LEAVE_FOR_GOOD = 8;
    static final int TOMBSTONE = 16;

    /** What a client does. */
    enum Phase {
        IDLE,
        ASKING,
        RAISING,
        HOLDING,
        OVER
    }

    /** Of servers: last token, try that holds, its token, ticks until it has run out, ticks without a grant. */
    final int[] last = new int[SERVERS];

    final int[] holder = new int[SERVERS];
    final int[] held = new int[SERVERS];
    final int[] left = new int[SERVERS];
    final int[] rest = new int[SERVERS];

    /** Of tries at servers: bits; the token that is known to have been given, or -1 for a refusal; whether kept. */
    final int[] wire = new int[CLIENTS * TRIES * SERVERS];

    final int[] given = new int[CLIENTS * TRIES * SERVERS];

    /** Of tries: the token proposed. */
    final int[] proposed = new int[CLIENTS * TRIES];

    /** Of clients: number of tries begun, age of the current one, its token, highest token seen. */
    final int[] begun = new int[CLIENTS];

    final int[] age = new int[CLIENTS];
    final int[] token = new int[CLIENTS];
    final int[] seen = new int[CLIENTS];
    final Phase[] phase = new Phase[CLIENTS];

    int highest;
    int below;
    int losses = 2;

    RedlockState() {
        Arrays.fill(holder, NOBODY);
        Arrays.fill(phase, Phase.IDLE);
        // Somebody's try has left one server ahead of the others.
        last[0] = 3;
    }

    /** The try that a client is at. */
    int current(int client) {
        return client * TRIES + begun[client] - 1;
    }

    static int at(int attempt, int server) {
        return attempt * SERVERS + server;
    }

    boolean believes(int client) {
        return phase[client] == Phase.HOLDING && age[client] < LEASE;
    }

    /** No token that any server or client has seen is higher. */
    int top() {
        int top = highest;
        for (int server = 0; server < SERVERS; server++) {
            top = Math.max(top, last[server]);
        }
        for (int client = 0; client < CLIENTS; client++) {
            top = Math.max(top, seen[client]);
        }
        return top;
    }

    void tick() {
        for (int server = 0; server < SERVERS; server++) {
            rest[server] = Math.max(0, rest[server] - 1);
            left[server] = Math.max(0, left[server] - 1);
            if (left[server] == 0) {
                holder[server] = NOBODY;
                held[server] = 0;
            }
        }
        for (int client = 0; client < CLIENTS; client++) {
            age[client] = Math.min(LEASE, age[client] + 1);
        }
    }

    @Override
    public RedlockState copy() {
        RedlockState copy = new RedlockState();
        int[][] from = arrays();
        int[][] to = copy.arrays();
        for (int i = 0; i < from.length; i++) {
            System.arraycopy(from[i], 0, to[i], 0, from[i].length);
        }
        System.arraycopy(phase, 0, copy.phase, 0, CLIENTS);
        copy.highest = highest;
        copy.below = below;
        copy.losses = losses;
        return copy;
    }

    private int[][] arrays() {
        return new int[][] {last, holder, held, left, rest, wire, given, proposed, begun, age, token, seen};
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RedlockState that
                && highest == that.highest
                && below == that.below
                && losses == that.losses
                && Arrays.equals(phase, that.phase)
                && Arrays.deepEquals(arrays(), that.arrays());
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.deepHashCode(arrays()) + Arrays.hashCode(phase)) + 31 * highest + 7 * below + losses;
    }
}
