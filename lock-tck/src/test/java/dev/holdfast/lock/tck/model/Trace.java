package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import java.util.List;

/**
 * A schedule that breaks a rule.
 *
 * @param rule the rule
 * @param breach how its last state breaks it
 * @param steps what happened, in order
 */
record Trace(Rule rule, String breach, List<String> steps) {
    static final String TICK = "time passes";

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int now = 0;
        for (String step : steps) {
            if (step.equals(TICK)) {
                now++;
            } else {
                text.append(String.format("    t=%-3d %s%n", now, step));
            }
        }
        return text.append(String.format("    t=%-3d %s broken: %s%n", now, rule, breach))
                .toString();
    }
}
