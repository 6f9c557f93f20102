package dev.holdfast.lock.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RedisLayoutTest {
    private final RedisLayout layout = new RedisLayout("ns");

    private String key(String name) {
        return layout.lock(new LockName(name));
    }

    @Test
    void differentNamesHaveDifferentKeys() {
        List<String> names =
                List.of("a", "A", "a/b", "{a}", "%7Ba%7D", "%257Ba%257D", "}", "{", "%", "%25", "..", "a}b");
        Set<String> keys = new HashSet<>();
        names.forEach(name -> keys.add(key(name)));
        assertEquals(names.size(), keys.size());
        assertNotEquals(key("b/a"), new RedisLayout("ns-b").lock(new LockName("a")));
    }

    @Test
    void theHashTagIsTheWholeName() {
        for (String name : List.of("a", "{a}", "a}b{c", "}")) {
            String key = key(name);
            int open = key.indexOf('{');
            assertEquals(key.length() - 1, key.indexOf('}', open), key);
        }
        assertEquals("hf:1:{ns/%7Ba%7D%25}", key("{a}%"));
    }

    @Test
    void noLockIsTheRecordOrAScratchKey() {
        assertEquals("hf:meta:{ns}", layout.record());
        AcquisitionId id = AcquisitionId.random();
        assertNotEquals(layout.scratch(id), key(id.value()));
    }
}
