package dev.holdfast.lock.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdVersionTest {
    @ParameterizedTest
    @CsvSource({
        "3.3.27, true,  false, true,  true",
        "3.4.23, false, false, true,  true",
        "3.4.31, false, false, false, true",
        "3.4.38, false, false, false, false",
        "3.5.0,  false, true,  true,  true",
        "3.5.2,  false, true,  true,  true",
        "3.5.3,  false, false, true,  true",
        "3.5.13, false, false, false, true",
        "3.5.23, false, false, false, false",
        "3.6.0,  false, false, false, true",
        "3.6.5,  false, false, false, false",
        "3.7.0,  false, false, false, false",
        "4.0.0,  false, false, false, false",
    })
    void knowsTheFaults(String text, boolean tooOld, boolean loses, boolean zombie, boolean revoked) {
        EtcdVersion version = EtcdVersion.parse(text).orElseThrow();
        assertEquals(text, version.toString());
        assertEquals(tooOld, version.tooOld());
        assertEquals(loses, version.losesData());
        assertEquals(zombie, version.hasZombieLeader());
        assertEquals(revoked, version.confirmsRevokedLeases());
    }

    @ParameterizedTest
    @CsvSource({"3.5.13-rc.1, 3.5.13", "v3.6.1+git, 3.6.1"})
    void readsDecoratedVersions(String text, String plain) {
        assertEquals(plain, EtcdVersion.parse(text).orElseThrow().toString());
    }

    @ParameterizedTest
    @CsvSource({"unknown", "3.5", "''", "3.5.99999999999"})
    void leavesOtherTextsAlone(String text) {
        assertEquals(Optional.empty(), EtcdVersion.parse(text));
    }
}
