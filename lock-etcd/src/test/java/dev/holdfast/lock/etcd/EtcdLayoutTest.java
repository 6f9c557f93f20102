package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.lock.spi.LockName;
import io.etcd.jetcd.ByteSequence;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EtcdLayoutTest {
    static final List<String> AWKWARD = List.of(
            "a",
            "a/b",
            "a/b/c",
            "A",
            "a%2Fb",
            "%",
            "%2F",
            "..",
            ".",
            "/",
            "//",
            " ",
            "é",
            "e\u0301",
            "锁/🔒",
            "a\nb",
            "x".repeat(512));

    private final EtcdLayout layout = new EtcdLayout("billing");

    @Test
    void noQueueIsAPrefixOfAnother() {
        for (String one : AWKWARD) {
            for (String other : AWKWARD) {
                String prefix = text(layout.queue(new LockName(one)));
                String entry = text(layout.entry(new LockName(other), "c0ffee", 3));
                assertEquals(one.equals(other), entry.startsWith(prefix), one + " and " + other);
            }
        }
    }

    @Test
    void keysArePrintable() {
        assertEquals("a%2Fb%25%0A%7F", EtcdLayout.encode("a/b%\n\u007f"));
        assertEquals("锁 🔒", EtcdLayout.encode("锁 🔒"));
    }

    @Test
    void findsTheKeyOfAnEntryAlsoBelowAClientNamespace() {
        ByteSequence key = layout.entry(new LockName("a/b"), "c0ffee", 0);
        ByteSequence outer = ByteSequence.from("app/" + text(key), UTF_8);
        assertEquals(Optional.of(key), layout.entryKey(key));
        assertEquals(Optional.of(key), layout.entryKey(outer));
    }

    @Test
    void otherKeysAreNoEntries() {
        assertFalse(layout.entryKey(layout.guard(Long.MIN_VALUE)).isPresent());
        assertFalse(layout.entryKey(layout.record()).isPresent());
        ByteSequence elsewhere = new EtcdLayout("other").entry(new LockName("a"), "c0ffee", 0);
        assertFalse(layout.entryKey(elsewhere).isPresent());
    }

    private static String text(ByteSequence key) {
        return key.toString(UTF_8);
    }
}
