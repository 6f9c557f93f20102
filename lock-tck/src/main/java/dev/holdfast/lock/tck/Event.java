package dev.holdfast.lock.tck;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One line of a {@link History}: what happened to whom, and when. Times are {@link System#nanoTime()}, comparable
 * across the JVMs of a host.
 *
 * @param kind what happened
 * @param nanos when; before or after the call, as the kind says
 * @param who the contender, {@code process/thread}
 * @param lock the name of the lock; empty where none is concerned
 * @param token of the lease; 0 without
 * @param value a number, as the kind says; 0 without
 * @param step the number of a resource operation in the order of the resource; 0 without
 * @param detail a word, as the kind says; empty without
 */
public record Event(Kind kind, long nanos, String who, String lock, long token, long value, long step, String detail) {
    /** What an event says. */
    public enum Kind {
        /** Before an acquire is called. */
        INVOKED,
        /** After an acquire returned a lease; the value is {@code remaining()} in nanoseconds. */
        GRANTED,
        /** After an acquire returned without a lease; the store has answered. */
        REFUSED,
        /** After an acquire ended, and nobody can know what became of it. */
        UNKNOWN,
        /** Before {@code isHeld()} was asked, which then said yes; the value is {@code remaining()}, asked after it. */
        HELD,
        /** After {@code isHeld()} said no. */
        NOT_HELD,
        /** Before {@code renew()} is called. */
        RENEWING,
        /** After {@code renew()} was confirmed; the value is {@code remaining()}. */
        RENEWED,
        /** After {@code renew()} failed; the detail is the type of the failure. */
        NOT_RENEWED,
        /** In the listener of a loss; the detail is the reason. */
        LOST,
        /** Before {@code release()} is called. */
        RELEASING,
        /** After it returned; the detail is the outcome. */
        RELEASED,
        /** Before a read of the resource. One without an answer is one of unknown outcome. */
        READING,
        /** After the resource accepted it; the value is what was read. */
        READ,
        /** Before a write. */
        WRITING,
        /** After the resource accepted it; the value is what was written. */
        WROTE,
        /** After the resource rejected a read or a write because of its token; the detail says which. */
        REJECTED,
        /** The process did not run when it should have; the value says for how many nanoseconds from that time on. */
        STALLED
    }

    private static final int FIELDS = 8;

    /** An event with neither token nor number nor detail. */
    public static Event of(Kind kind, long nanos, String who, String lock) {
        return new Event(kind, nanos, who, lock, 0, 0, 0, "");
    }

    /** An event of a lease. */
    public static Event of(Kind kind, long nanos, String who, String lock, long token, long value) {
        return new Event(kind, nanos, who, lock, token, value, 0, "");
    }

    /** An event with a detail. */
    public static Event of(Kind kind, long nanos, String who, String lock, long token, String detail) {
        return new Event(kind, nanos, who, lock, token, 0, 0, detail);
    }

    /** The process of the contender. */
    public String process() {
        int slash = who.indexOf('/');
        return slash < 0 ? who : who.substring(0, slash);
    }

    /** As a line without its end. */
    String encoded() {
        return String.join(
                " ",
                kind.name(),
                Long.toString(nanos),
                word(who),
                word(lock),
                Long.toString(token),
                Long.toString(value),
                Long.toString(step),
                word(detail));
    }

    /** From a whole line. */
    public static Event decoded(String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length != FIELDS) {
            throw new IllegalArgumentException("not an event of a history: " + line);
        }
        return new Event(
                Kind.valueOf(parts[0]),
                Long.parseLong(parts[1]),
                text(parts[2]),
                text(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]),
                Long.parseLong(parts[6]),
                text(parts[7]));
    }

    private static String word(String text) {
        return text.isEmpty() ? "-" : URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String text(String word) {
        // A history has millions of events of a few contenders.
        return word.equals("-")
                ? ""
                : URLDecoder.decode(word, StandardCharsets.UTF_8).intern();
    }

    /** For people, with the time in milliseconds since the given one. */
    public String since(long zero) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%+.3f ms  %s ", (nanos - zero) / 1e6, who))
                .append(kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        if (token != 0) {
            text.append(" token ").append(token);
        }
        if (value != 0) {
            text.append(" value ").append(value);
        }
        return detail.isEmpty()
                ? text.toString()
                : text.append(" (").append(detail).append(')').toString();
    }
}
