package dev.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.memory.MemoryStore;
import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.spi.DriverInfo;
import dev.holdfast.lock.spi.LockDriver;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FencedRegisterTest {
    private final MemoryStore store = new MemoryStore();

    @Test
    void aDriverWithoutRegistersIsNamedAndSoIsTheWayOut() {
        DriverInfo info = new DriverInfo("plain store", "1", Set.of(), Duration.ofSeconds(15), List.of());
        LockDriver plain = (LockDriver) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {LockDriver.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "info" -> info;
                    case "registers" -> Optional.empty();
                    default -> null;
                });
        try (LockClient locks = Locks.over(ClientOptions.defaults(), context -> plain)) {
            String message = String.valueOf(assertThrows(LockConfigurationException.class, () -> locks.register("a"))
                    .getMessage());
            assertTrue(message.contains("plain store"), message);
            assertTrue(message.contains(Claim.FENCED_REGISTER.name()), message);
        }
    }

    @Test
    void badArgumentsAreRefusedBeforeAnyRequest() {
        try (LockClient locks = store.client()) {
            store.unavailable(true);
            FencedRegister register = locks.register("a");
            assertThrows(IllegalArgumentException.class, () -> locks.register(""));
            assertThrows(IllegalArgumentException.class, () -> register.read(0));
            assertThrows(IllegalArgumentException.class, () -> register.write(-1, new byte[0]));
            byte[] tooLong = new byte[FencedRegister.MAX_BYTES + 1];
            assertThrows(IllegalArgumentException.class, () -> register.write(1, tooLong));
            assertThrows(StoreUnavailableException.class, () -> register.read(1));
        }
    }

    @Test
    void whatWasWrittenIsACopyAndSoIsWhatIsRead() {
        try (LockClient locks = store.client()) {
            FencedRegister register = locks.register("a");
            byte[] value = {1, 2};
            register.write(1, value);
            value[0] = 9;
            register.read(1).orElseThrow()[1] = 9;
            assertArrayEquals(new byte[] {1, 2}, register.read(1).orElseThrow());
        }
    }

    @Test
    void anInterruptStaysSetAndAClosedClientSaysSo() {
        LockClient locks = store.client();
        FencedRegister register = locks.register("a");
        Thread.currentThread().interrupt();
        register.write(1, new byte[] {7});
        assertTrue(Thread.interrupted());
        locks.close();
        assertThrows(LockClosedException.class, () -> register.read(1));
        try (LockClient later = store.client()) {
            assertEquals(7, later.register("a").read(1).orElseThrow()[0]);
        }
    }
}
