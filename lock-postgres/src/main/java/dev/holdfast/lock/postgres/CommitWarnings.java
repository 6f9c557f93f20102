package dev.holdfast.lock.postgres;

import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;

/**
 * A commit that waits for its synchronous standby and is cancelled is reported as done, with a warning: it is on the
 * primary alone, and gone if the standby is promoted. Nobody may rely on it, so the request counts as unanswered; when
 * it is repeated, the repetition waits for the standby again, and with it for everything before.
 */
final class CommitWarnings {
    private static final String WARNING = "01000";
    private static final String COMPLETION_UNKNOWN = "40003";

    private CommitWarnings() {}

    /**
     * To be called when the statement has returned, before its answer is believed.
     *
     * @throws SQLException with a state that stands for an unknown outcome, if the server warned
     */
    static void requireNone(Statement statement) throws SQLException {
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            if (WARNING.equals(warning.getSQLState())) {
                throw new SQLException(warning.getMessage(), COMPLETION_UNKNOWN, warning);
            }
        }
    }
}
