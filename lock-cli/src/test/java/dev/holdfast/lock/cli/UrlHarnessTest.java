package dev.holdfast.lock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrlHarnessTest {
    @ParameterizedTest
    @CsvSource({
        "redis://h:1, redis://h:1?namespace=NS",
        "redis://h:1?namespace=billing, redis://h:1?namespace=NS",
        "redis://h?leaseTime=5s&client.maxTotal=4&maxWait=1s, redis://h?client.maxTotal=4&namespace=NS",
        "memory:x?, memory:x?namespace=NS",
    })
    void kitChoosesNamespaceAndTimes(String given, String ours) {
        assertEquals(ours, UrlHarness.inNamespace(given, "NS"));
    }

    @Test
    void onlyANamespaceOfTheKitIsEverSwept() {
        assertThrows(IllegalArgumentException.class, () -> NamespaceSweep.of("memory:", "billing"));
        assertThrows(IllegalArgumentException.class, () -> NamespaceSweep.of("memory:", "holdfast-tck-"));
        assertThrows(IllegalArgumentException.class, () -> NamespaceSweep.of("memory:", ""));
    }
}
