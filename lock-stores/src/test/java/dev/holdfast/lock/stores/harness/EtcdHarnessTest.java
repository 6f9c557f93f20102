package dev.holdfast.lock.stores.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fault of the server is excused where the server has it, and nowhere else. */
class EtcdHarnessTest {
    @ParameterizedTest
    @CsvSource({
        "3.3.27, true",
        "3.4.23, true",
        "3.4.30, true",
        "3.4.31, false",
        "3.5.12, true",
        "3.5.13, false",
        "3.5.23-rc.1, false",
        "3.6.0, false",
        "4.0.0, false"
    })
    void zombieLeadersAreExcusedWhereServersHaveThem(String version, boolean zombie) {
        assertEquals(zombie, EtcdHarness.hasZombieLeaders(version));
    }

    @Test
    void whatIsNoVersionIsNotTakenForOne() {
        assertThrows(IllegalArgumentException.class, () -> EtcdHarness.hasZombieLeaders("?"));
    }
}
