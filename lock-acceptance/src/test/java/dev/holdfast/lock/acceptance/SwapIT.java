package dev.holdfast.lock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * One program, the URL its only parameter: after every swap of the store the fenced resource accepts what it writes.
 */
@Tag("A2")
class SwapIT {
    /** A resource that rejects a token lower than one it has seen. */
    private static final class FencedList {
        private final List<String> values = new ArrayList<>();
        private long mark;

        boolean write(long token, String value) {
            if (token < mark) {
                return false;
            }
            mark = token;
            values.add(value);
            return true;
        }
    }

    private static long program(String url, String lock, FencedList resource) throws InterruptedException {
        try (LockClient locks = Locks.open(url);
                Lease lease = locks.named(lock).acquire(Duration.ofSeconds(10))) {
            assertTrue(resource.write(lease.fencingToken(), url), () -> "rejected after the swap to " + url);
            return lease.fencingToken();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyOrderedPairOfStoresThereAndBack() {
        Map<String, String> urls = StoreRack.everyUrl("swap");
        return urls.keySet().stream().flatMap(from -> urls.keySet().stream()
                .filter(to -> !to.equals(from))
                .map(to -> pair(from, urls.get(from), to, urls.get(to))));
    }

    private static DynamicTest pair(String from, String fromUrl, String to, String toUrl) {
        return DynamicTest.dynamicTest(from + " -> " + to + " -> " + from, () -> {
            FencedList resource = new FencedList();
            String lock = "swap/" + from + "/" + to;
            long first = program(fromUrl, lock, resource);
            long second = program(toUrl, lock, resource);
            long third = program(fromUrl, lock, resource);
            assertTrue(first < second && second < third, () -> first + ", " + second + ", " + third + " do not rise");
            assertEquals(3, resource.values.size());
        });
    }
}
