package dev.holdfast.lock.cli;

import dev.holdfast.lock.tck.RuleResult;

/** How a result looks in a matrix. */
final class Symbols {
    static final String LEGEND = "✓ pass   ✗ FAIL   ! missing   – not claimed   · not applicable   u untestable";

    private Symbols() {}

    static String of(RuleResult result) {
        return switch (result) {
            case PASS -> "✓";
            case FAIL -> "✗";
            case MISSING -> "!";
            case NOT_CLAIMED -> "–";
            case NOT_APPLICABLE -> "·";
            case UNTESTABLE -> "u";
        };
    }
}
