package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arguments that make no sense, each with its exit status and one message that names the fix. */
class HoldfastTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "run memory: a; command after --",
                "run -- true; URL and NAME",
                "run a -- true; HOLDFAST_URL",
                "run memory: a b -- true; URL and NAME",
                "run --frob memory: a -- true; --frob",
                "run --wait 5 memory: a -- true; 250ms, 15s, 5m or 1h",
                "run --wait -5s memory: a -- true; not a duration",
                "run --lease-time 25h memory: a -- true; at most 24 h",
                "run --lease-time 0s memory: a -- true; longer than zero",
                "run --lease-time 5s memory:?leaseTime=6s a -- true; give it once",
                "run nosuch://h a -- true; no provider for scheme 'nosuch'",
                "run memory:?frob=1 a -- true; unknown parameter 'frob'",
                "run redis a -- true; not a lock URL",
            })
    void runRefusesWith64(String arguments, String fix) {
        Cli.Outcome outcome = Cli.call(arguments.split(" ", -1));

        assertAll(
                () -> assertEquals(64, outcome.status(), outcome.err()),
                () -> assertTrue(outcome.err().contains(fix), outcome.err()),
                () -> assertEquals("", outcome.out()));
    }

    @Test
    void runRefusesANameThatIsTooLong() {
        Cli.Outcome outcome = Cli.call("run", "memory:", "x".repeat(513), "--", "true");

        assertAll(
                () -> assertEquals(64, outcome.status()),
                () -> assertTrue(outcome.err().contains("at most 512 bytes"), outcome.err()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "compare --stores oracle; unknown store 'oracle'; etcd, zookeeper, postgresql-row, postgresql-advisory",
                "compare --stores redis --url memory:x; exclude each other; --url",
                "compare --url nonsense; not a lock URL; --url",
                "compare --url oracle://h; unknown scheme 'oracle'; redis",
                "compare --frob; --frob; compare --help",
                "compare --json; --json; compare --help",
                "frob; frob; --help",
                "compare --readme --stores memory; needs a checkout; --readme",
            })
    void compareRefusesWith2(String arguments, String mistake, String fix) {
        Cli.Outcome outcome = Cli.call(arguments.split(" ", -1));

        assertAll(
                () -> assertEquals(2, outcome.status(), outcome.err()),
                () -> assertTrue(outcome.err().contains(mistake), outcome.err()),
                () -> assertTrue(outcome.err().contains(fix), outcome.err()),
                () -> assertEquals("", outcome.out()));
    }

    @Test
    void compareFindsOutAtOnceThatAReportCannotBeWritten(@TempDir Path directory) {
        Cli.Outcome outcome = Cli.call("compare", "--stores", "memory", "--json", directory.toString());

        assertAll(
                () -> assertEquals(2, outcome.status(), outcome.err()),
                () -> assertTrue(outcome.err().contains("is a directory"), outcome.err()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "run --frob redis://app:secret@127.0.0.1:1 a -- true",
                "run redis://app:secret@127.0.0.1:1 a b -- true",
                "run redis://app:secret@127.0.0.1:1 a -- true",
                "run oracle://app:secret@127.0.0.1:1 a -- true",
                "compare redis://app:secret@127.0.0.1:1",
                "compare --stores redis://app:secret@127.0.0.1:1",
                "compare --url oracle://app:secret@127.0.0.1:1",
            })
    void noMessageHoldsASecret(String arguments) {
        Cli.Outcome outcome = Cli.call(arguments.split(" ", -1));

        assertAll(
                () -> assertFalse(outcome.err().contains("secret"), outcome.err()),
                () -> assertFalse(outcome.status() == ExitStatus.OK),
                () -> assertFalse(outcome.status() == ExitStatus.SOFTWARE, outcome.err()));
    }

    @ParameterizedTest
    @CsvSource({"run", "compare"})
    void helpHasExamples(String command) {
        Cli.Outcome outcome = Cli.call(command, "--help");

        assertAll(
                () -> assertEquals(0, outcome.status()),
                () -> assertTrue(outcome.out().contains("Examples:"), outcome.out()),
                () -> assertTrue(outcome.out().contains("Exit status:"), outcome.out()),
                () -> assertEquals("", outcome.err()));
    }

    @Test
    void urlMayStandInTheEnvironment() {
        Cli.Outcome outcome = Cli.call(Map.of("HOLDFAST_URL", "memory:"), "run", "a", "--", "true");

        assertEquals(0, outcome.status(), outcome.err());
    }
}
