package dev.holdfast.lock.tck;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A set of spans of time, merged where they touch: how much of a time they cover costs one binary search. */
final class Spans {
    /** From one time to a later one. */
    record Span(long from, long to) {}

    private final List<Span> merged = new ArrayList<>();
    private final long[] covered; // before each merged span

    /** These, in any order. */
    Spans(List<Span> spans) {
        List<Span> sorted =
                spans.stream().sorted(Comparator.comparingLong(Span::from)).toList();
        for (Span span : sorted) {
            int last = merged.size() - 1;
            if (last >= 0 && span.from() - merged.get(last).to() <= 0) {
                Span before = merged.get(last);
                merged.set(last, new Span(before.from(), Math.max(before.to(), span.to())));
            } else {
                merged.add(span);
            }
        }
        covered = new long[merged.size() + 1];
        for (int i = 0; i < merged.size(); i++) {
            covered[i + 1] = covered[i] + merged.get(i).to() - merged.get(i).from();
        }
    }

    /** How much of the time from one instant to another they cover. */
    long within(long from, long to) {
        return to - from <= 0 ? 0 : upTo(to) - upTo(from);
    }

    private long upTo(long time) {
        int low = 0;
        int high = merged.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (merged.get(middle).from() - time < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return 0;
        }
        Span last = merged.get(low - 1);
        return covered[low - 1] + Math.min(last.to(), time) - last.from();
    }
}
