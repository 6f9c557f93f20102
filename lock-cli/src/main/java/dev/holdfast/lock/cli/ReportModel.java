package dev.holdfast.lock.cli;

import com.google.gson.annotations.SerializedName;
import dev.holdfast.lock.tck.Rule;
import dev.holdfast.lock.tck.RuleResult;
import dev.holdfast.lock.tck.RuleResults;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison found out; also the shape of its JSON, so the names of components are part of the interface.
 *
 * @param wallSeconds how long it took, building included, installing packages excluded
 * @param stores one column each, in the order asked for
 * @param faults the fault runs; null if none was asked for
 */
record ReportModel(@SerializedName("wall_s") double wallSeconds, List<Column> stores, @Nullable FaultReport faults) {
    ReportModel {
        stores = List.copyOf(stores);
    }

    /**
     * One store.
     *
     * @param store its name in reports, for example {@code postgresql-row}
     * @param scheme of its URLs
     * @param version of the server; {@code -} where there is none
     * @param rules every rule, in the order of the specification
     * @param figures what it costs; null when the store is missing
     */
    record Column(String store, String scheme, String version, List<Line> rules, @Nullable Figures figures) {
        Column {
            rules = List.copyOf(rules);
        }

        /** A store that is not there: every rule is missing for the same reason. */
        static Column missing(String store, String scheme, String why) {
            List<Line> rules = Arrays.stream(Rule.values())
                    .map(rule -> new Line(rule.name(), RuleResult.MISSING.toString(), why))
                    .toList();
            return new Column(store, scheme, "-", rules, null);
        }

        /** The version without what a distribution appends to it, to stand above a column. */
        String shortVersion() {
            int space = version.indexOf(' ');
            return space < 0 ? version : version.substring(0, space);
        }

        /** Whether nothing at all is known about the store. */
        boolean isMissing() {
            return figures == null && rules.stream().allMatch(line -> line.is(RuleResult.MISSING));
        }

        /** The result for this rule. */
        Line line(Rule rule) {
            return rules.stream()
                    .filter(line -> line.id().equals(rule.name()))
                    .findFirst()
                    .orElseGet(() -> new Line(rule.name(), RuleResult.MISSING.toString(), "no result"));
        }

        List<Line> with(RuleResult result) {
            return rules.stream().filter(line -> line.is(result)).toList();
        }
    }

    /**
     * One rule on one store.
     *
     * @param result as {@link RuleResult} prints itself
     * @param detail why, unless it is a plain pass
     */
    record Line(String id, String result, String detail) {
        static Line of(RuleResults.Verdict verdict) {
            return new Line(verdict.rule().name(), verdict.result().toString(), verdict.detail());
        }

        boolean is(RuleResult what) {
            return result.equals(what.toString());
        }

        RuleResult kind() {
            return RuleResult.valueOf(result.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /**
     * What an acquire and a release of a free lock cost one client that does nothing else.
     *
     * @param requestsPerPair store requests for one acquire and its release, counted at the store; null where the
     *     store does not count
     */
    record Figures(
            @Nullable Double requestsPerPair,
            double acquireP50Micros,
            double acquireP99Micros,
            double releaseP50Micros,
            double releaseP99Micros) {}

    /** 0, or 1 when a rule failed or could not be shown on a store that runs, or 3 when a store is missing. */
    int exitStatus() {
        boolean bad = stores.stream()
                .filter(column -> !column.isMissing())
                .anyMatch(column -> !column.with(RuleResult.FAIL).isEmpty()
                        || !column.with(RuleResult.MISSING).isEmpty());
        if (bad || (faults != null && !faults.clean())) {
            return ExitStatus.RULE_FAILED;
        }
        return stores.stream().anyMatch(Column::isMissing) ? ExitStatus.STORE_MISSING : ExitStatus.OK;
    }
}
