package dev.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpeningTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense                         | not a lock URL",
                "mongodb://u:secret@h             | no provider for scheme 'mongodb' on the class path; found",
                "redis://u:secret@h               | add the dependency dev.holdfast:lock-redis",
                "memory:?leaseTime=15             | leaseTime=15 is not a duration",
                "memory:?leaseTime=0s             | leaseTime must be longer than zero",
                "memory:?leaseTime=100ms          | between 200ms and 24h",
                "memory:?leaseTime=25h            | at most 24 h",
                "memory:?maxWait=-1s              | is not a duration",
                "memory:?namespace=a/b            | namespace is 1 to 64 characters",
                "memory:?tokenFloor=x             | not a whole number",
                "memory:?shutdownHook=yes         | neither true nor false",
                "memory:?colour=red               | unknown parameter 'colour'",
                "memory:?client.x=1               | no client library",
                "memory:?passwordFile=/no/file    | cannot be read",
                "memory://h                       | without hosts",
            })
    void badInputIsOneClearMessageWithoutASecretAndLeavesNoThread(String url, String expected) {
        long threads = clientThreads();
        LockConfigurationException refusal =
                assertThrows(LockConfigurationException.class, () -> Locks.open(url.strip()));
        assertTrue(String.valueOf(refusal.getMessage()).contains(expected), refusal.getMessage());
        assertFalse(String.valueOf(refusal.getMessage()).contains("secret"), refusal.getMessage());
        assertEquals(threads, clientThreads());
    }

    @Test
    void theUrlWinsOverTheOptions() {
        ClientOptions options = ClientOptions.builder()
                .leaseTime(Duration.ofSeconds(3))
                .maxWait(Duration.ofSeconds(4))
                .build();
        try (LockClient locks = Locks.open("memory:?leaseTime=7s", options)) {
            assertEquals(Duration.ofSeconds(7), locks.info().leaseTime());
        }
    }

    @Test
    void aPasswordFileIsReadAndASecondPasswordRefused(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("pw"), "secret\n");
        Locks.open("memory:?passwordFile=" + file).close();
        LockConfigurationException both =
                assertThrows(LockConfigurationException.class, () -> Locks.open("redis://u:x@h?passwordFile=" + file));
        assertFalse(String.valueOf(both.getMessage()).contains("secret"));
    }

    @Test
    void whatTheStoreRefusesIsConfigurationAndWhatItDoesNotAnswerIsUnavailable() {
        LockException refused = assertThrows(
                LockException.class,
                () -> Locks.over(ClientOptions.defaults(), context -> {
                    throw StoreException.refused("wrong password", null);
                }));
        assertInstanceOf(LockConfigurationException.class, refused);
        LockException silent = assertThrows(
                LockException.class,
                () -> Locks.over(ClientOptions.defaults(), context -> {
                    throw StoreException.notExecuted("no route", null);
                }));
        assertInstanceOf(StoreUnavailableException.class, silent);
        assertEquals(0, clientThreads());
    }

    @Test
    void aClaimThatIsNotMadeIsRefusedAndTheClientClosed() {
        LockClient locks = Locks.open("memory:");
        assertEquals(locks, locks.require(Claim.FIFO));
        LockConfigurationException refusal =
                assertThrows(LockConfigurationException.class, () -> locks.require(Claim.SURVIVES_RESTART));
        assertTrue(String.valueOf(refusal.getMessage()).contains("SURVIVES_RESTART"));
        assertThrows(LockClosedException.class, () -> locks.named("a").tryAcquire());
    }

    private static long clientThreads() {
        return Stream.of(Thread.getAllStackTraces().keySet().toArray(new Thread[0]))
                .filter(thread -> thread.getName().startsWith("holdfast-"))
                .filter(Thread::isAlive)
                .count();
    }
}
