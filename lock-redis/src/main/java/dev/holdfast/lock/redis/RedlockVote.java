package dev.holdfast.lock.redis;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the servers have answered to one try, and what follows. A grant needs a majority that holds, and a token that is
 * not below what <em>some</em> majority of these gave, and not above what <em>some</em> majority keeps: the first makes
 * it higher than every token before, the second makes every later one higher. The median of an odd number is both.
 */
final class RedlockVote {
    private static final long GRANTED = 1;
    private static final long GRACE = 5;
    private static final long REFUSED = 6;

    private final Map<Integer, Long> given = new TreeMap<>();
    private final int size;
    private int denied;
    private int resting;
    private boolean refused;
    private long seen;
    private long grace = Long.MAX_VALUE;

    RedlockVote(Map<Integer, List<Long>> answers, int size) {
        this.size = size;
        answers.forEach((node, reply) -> {
            long kind = reply.get(0);
            if (kind == GRANTED) {
                given.put(node, value(reply));
            } else {
                denied++;
                resting += kind == GRACE ? 1 : 0;
                refused |= kind == REFUSED;
                grace = kind == GRACE ? Math.min(grace, graceMillis(reply)) : grace;
            }
            seen = Math.max(seen, value(reply));
        });
    }

    static boolean isGrant(List<Long> reply) {
        return reply.get(0) == GRANTED;
    }

    /** The token in a reply: the one given, or the last one. */
    static long value(List<Long> reply) {
        return reply.get(1);
    }

    /** What the clock of the server showed, in microseconds. */
    static long clock(List<Long> reply) {
        return reply.get(2);
    }

    /** For how long this server grants nothing, or 0. */
    static long graceMillis(List<Long> reply) {
        return reply.get(0) == GRACE ? reply.get(3) : 0;
    }

    private int majority() {
        return size / 2 + 1;
    }

    /** What each server gave that made this try its holder. */
    Map<Integer, Long> given() {
        return given;
    }

    /** Whether waiting for further answers is of no use. */
    boolean isDecided() {
        return isMajority() || refused || denied > size - majority();
    }

    boolean isMajority() {
        return given.size() >= majority();
    }

    /** The lowest token that is not below those of some majority. Of a majority only. */
    long token() {
        return given.values().stream()
                .sorted()
                .skip(majority() - 1L)
                .findFirst()
                .orElseThrow();
    }

    /** Whether a majority keeps this token, or a higher one, already. */
    boolean isKept(long token) {
        return count(given.values(), token) >= majority();
    }

    private static long count(Collection<Long> tokens, long least) {
        return tokens.stream().filter(value -> value >= least).count();
    }

    /** Whether a server belongs to something else, or counts on another longest lease. */
    boolean isRefused() {
        return refused;
    }

    /** Whether so many servers grant nobody for now that no majority is left. */
    boolean isResting() {
        return resting > size - majority();
    }

    /** The highest token in any answer. */
    long seen() {
        return seen;
    }

    /** Milliseconds until the first of the servers that grant nobody for now does so, or 0 if there is none. */
    long graceMillis() {
        return grace == Long.MAX_VALUE ? 0 : grace;
    }
}
