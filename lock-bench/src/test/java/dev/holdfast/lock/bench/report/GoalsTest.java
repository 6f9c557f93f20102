package dev.holdfast.lock.bench.report;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoalsTest {
    private static final String HEADER = "scenario,store,metric,versus,op,bound";

    private static Verdict verdict(String goal, Double... holdfastMicros) {
        BenchReport report = Reports.withHoldfastAt(holdfastMicros);
        return Goals.parse(List.of("# a comment", "", HEADER, goal))
                .check(report)
                .get(0);
    }

    /** The interval of Holdfast's ratio to the floor is 1.1 to 1.6, its median 1.35. */
    @ParameterizedTest
    @CsvSource({
        "<=, 1.4, MET",
        "<=, 1.2, OPEN",
        "<=, 1.1, OPEN",
        "<=, 1.05, MISSED",
        ">=, 1.3, MET",
        ">=, 1.5, OPEN",
        ">=, 1.7, MISSED",
    })
    void onlyAWholeIntervalMisses(String op, String bound, Verdict.Outcome outcome) {
        String goal = String.join(",", Reports.SCENARIO, Reports.STORE, "pair_p50_us", "floor", op, bound);

        assertEquals(
                outcome, verdict(goal, 110.0, 120.0, 130.0, 140.0, 150.0, 160.0).outcome());
    }

    @Test
    void goalWithoutContenderIsAboutTheFigure() {
        String goal = String.join(",", Reports.SCENARIO, Reports.STORE, "requests", "", "<=", "2");

        assertAll(
                () -> assertEquals(
                        Verdict.Outcome.MET,
                        verdict(goal, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0).outcome()),
                () -> assertEquals(
                        Verdict.Outcome.MISSED,
                        verdict(goal, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0).outcome()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contended-8-clients,redis,pair_p50_us,floor,<=,9",
                "uncontended-1-same,etcd,pair_p50_us,floor,<=,9",
                "uncontended-1-same,redis,flushes,,<=,9",
                "uncontended-1-same,redis,pair_p50_us,other peer,<=,9",
                "uncontended-1-same,redis,requests,floor,<=,9"
            })
    void whatWasNotMeasuredIsNotMet(String goal) {
        Verdict verdict = verdict(goal, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0);

        assertEquals(Verdict.Outcome.NOT_MEASURED, verdict.outcome());
    }

    @Test
    void missedGoalFailsTheRun() {
        BenchReport report = Reports.withHoldfastAt(200.0, 200.0, 200.0, 200.0, 200.0, 200.0);
        String missed = String.join(",", Reports.SCENARIO, Reports.STORE, "pair_p50_us", "floor", "<=", "1.5");
        String absent = String.join(",", Reports.SCENARIO, "etcd", "pair_p50_us", "floor", "<=", "1.5");

        assertAll(
                () -> assertFalse(report.failed()),
                () -> assertTrue(
                        report.with(Goals.parse(List.of(HEADER, missed)).check(report))
                                .failed()),
                () -> assertFalse(
                        report.with(Goals.parse(List.of(HEADER, absent)).check(report))
                                .failed()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,b                               | line 2 has 2 fields, not 6",
                "a,b,frob,,<=,1                    | line 2: unknown 'frob'",
                "a,b,requests,,=,1                 | line 2: unknown '='",
                "a,b,requests,,<=,many             | line 2: For input string: \"many\"",
            })
    void mistakesAreNamedWithTheirLine(String line, String message) {
        Exception mistake = assertThrows(IllegalArgumentException.class, () -> Goals.parse(List.of(HEADER, line)));

        assertEquals(message, mistake.getMessage());
    }

    @Test
    void headerIsDemanded() {
        assertThrows(IllegalArgumentException.class, () -> Goals.parse(List.of("a,b,requests,,<=,1")));
    }
}
