package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.opentest4j.AssertionFailedError;

/**
 * What the kit is expected to find on one store and topology: the data that stand beside a driver, and that its
 * documentation is written from. The kit fails when it finds less, and when it finds more, because then the
 * documentation is wrong.
 *
 * <p>One line each, {@code #} begins a comment:
 *
 * <pre>
 * claim CLAIM kept                 the driver makes the claim and keeps its rules
 * claim CLAIM broken: WHY          it does not make the claim, and the kit sees its rules broken
 * claim CLAIM open: WHY            it does not make the claim, and the kit cannot decide
 * fault FAULT exclusive            no second holder is granted while the first one believes in its lease
 * fault FAULT overlap: WHY         one is, every time: mutual exclusion is broken as documented
 * fault FAULT either: WHY          it depends on timing
 * fault FAULT impossible: WHY      the fault cannot be brought about on this store
 * </pre>
 */
public final class Expected {
    /** What is expected of a claim. */
    public enum Keeping {
        KEPT,
        BROKEN,
        OPEN
    }

    /** What is expected of mutual exclusion in a fault. */
    public enum Exclusion {
        EXCLUSIVE,
        OVERLAP,
        EITHER,
        IMPOSSIBLE
    }

    private static final Pattern LINE = Pattern.compile("(claim|fault) ([A-Za-z_-]+) ([a-z]+)(?:: (\\S.*))?");

    private record Entry<T>(T value, String why) {}

    private final Map<Claim, Entry<Keeping>> claims = new EnumMap<>(Claim.class);
    private final Map<Fault, Entry<Exclusion>> faults = new EnumMap<>(Fault.class);

    private Expected() {}

    /**
     * What the harness expects; where it has no such data, what follows from its claims. Then a fault that frees locks
     * by its nature, or whose survival is not claimed, may let two hold, and every other one must not.
     */
    public static Expected of(LockHarness harness) {
        return harness.expected().orElseGet(() -> derived(harness));
    }

    private static Expected derived(LockHarness harness) {
        Expected expected = new Expected();
        for (Claim claim : Claim.values()) {
            boolean kept = harness.claims().contains(claim);
            expected.claims.put(claim, kept ? new Entry<>(Keeping.KEPT, "") : new Entry<>(Keeping.OPEN, "not claimed"));
        }
        expected.mayOverlap("S1 holds while the store keeps its data", Fault.STORE_EMPTIED, Fault.EVICTION);
        expected.mayOverlap("what is ended in the store ends before its holder knows", Fault.SESSION_ENDED);
        expected.mayOverlap("a clock of the store that steps forward may end leases early", Fault.STORE_CLOCK);
        if (!harness.claims().contains(Claim.SURVIVES_RESTART)) {
            expected.mayOverlap("the driver does not claim that grants survive a restart", Fault.STORE_RESTARTED);
        }
        if (!harness.leasesOutliveConnections()) {
            expected.mayOverlap(
                    "on this store a lease ends with its connection, before its holder knows",
                    Fault.CONNECTION_RESET,
                    Fault.CONNECTIONS_ENDED,
                    Fault.RENEW_REPLY_LOST);
        }
        return expected;
    }

    private void mayOverlap(String why, Fault... those) {
        for (Fault fault : those) {
            faults.put(fault, new Entry<>(Exclusion.EITHER, why));
        }
    }

    /**
     * Reads it from its text, in which every claim must occur.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static Expected parse(String text) {
        Expected expected = new Expected();
        for (String line : text.split("\n", -1)) {
            String entry = line.replaceFirst("\\s*#.*", "").strip();
            if (!entry.isEmpty()) {
                expected.add(entry);
            }
        }
        Set<Claim> missing = EnumSet.allOf(Claim.class);
        missing.removeAll(expected.claims.keySet());
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("the expected results do not say whether " + missing + " is kept");
        }
        return expected;
    }

    private void add(String line) {
        Matcher entry = LINE.matcher(line);
        if (!entry.matches()) {
            throw new IllegalArgumentException("no expected result: " + line);
        }
        String subject = entry.group(2).toUpperCase(Locale.ROOT).replace('-', '_');
        String value = entry.group(3).toUpperCase(Locale.ROOT);
        String why = entry.group(4) == null ? "" : entry.group(4);
        boolean plain = value.equals("KEPT") || value.equals("EXCLUSIVE");
        if (plain != why.isEmpty()) {
            throw new IllegalArgumentException((plain ? "needs no reason: " : "lacks its reason: ") + line);
        }
        boolean twice = entry.group(1).equals("claim")
                ? claims.put(Claim.valueOf(subject), new Entry<>(Keeping.valueOf(value), why)) != null
                : faults.put(Fault.valueOf(subject), new Entry<>(Exclusion.valueOf(value), why)) != null;
        if (twice) {
            throw new IllegalArgumentException("stands there twice: " + line);
        }
    }

    /** The claims that are kept. */
    public Set<Claim> kept() {
        Set<Claim> kept = EnumSet.noneOf(Claim.class);
        claims.forEach((claim, entry) -> {
            if (entry.value == Keeping.KEPT) {
                kept.add(claim);
            }
        });
        return kept;
    }

    /** What is expected of this claim. */
    public Keeping of(Claim claim) {
        return claims.getOrDefault(claim, new Entry<>(Keeping.OPEN, "")).value;
    }

    /** Why the fault cannot be brought about, if so. */
    public Optional<String> impossible(Fault fault) {
        return Optional.ofNullable(faults.get(fault))
                .filter(entry -> entry.value == Exclusion.IMPOSSIBLE)
                .map(Entry::why);
    }

    /** Why two may hold at once after this fault, as documented; empty if they must not. */
    public Optional<String> overlap(Fault fault) {
        return Optional.ofNullable(faults.get(fault))
                .filter(entry -> entry.value == Exclusion.OVERLAP || entry.value == Exclusion.EITHER)
                .map(Entry::why);
    }

    /**
     * Compares what a fault did to mutual exclusion with what is expected: {@link Exclusion#EXCLUSIVE} unless stated.
     *
     * @param overlapped whether a second holder was granted while the first one believed in its lease
     */
    void checkOverlap(Fault fault, boolean overlapped) {
        Entry<Exclusion> entry = faults.getOrDefault(fault, new Entry<>(Exclusion.EXCLUSIVE, ""));
        if (entry.value == Exclusion.EXCLUSIVE && overlapped) {
            throw new AssertionFailedError("the lock was held twice when " + fault.what()
                    + ", although the expected results say that it stays exclusive");
        }
        if (entry.value == Exclusion.OVERLAP && !overlapped) {
            throw new AssertionFailedError("the lock stayed exclusive when " + fault.what()
                    + ": better than its expected results (" + entry.why + "); correct them and the documentation");
        }
    }
}
