package dev.holdfast.lock.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Rule N1. */
class LockNameTest {
    @Test
    void fiveHundredAndTwelveBytesAreTheMost() {
        assertEquals(512, new LockName("x".repeat(512)).value().length());
        assertEquals(
                128,
                new LockName("\uD83D\uDD12".repeat(128)).value().codePoints().count());
        assertTrue(refusal("x".repeat(513)).contains("513"));
        assertTrue(refusal("\uD83D\uDD12".repeat(128) + "x").contains("513"));
    }

    @Test
    void emptyNulAndHalfACharacterAreRefused() {
        assertTrue(refusal("").contains("empty"));
        assertTrue(refusal("a\0b").contains("NUL"));
        assertTrue(refusal("a\uD83D").contains("surrogate"));
        assertTrue(refusal("\uDD12a").contains("surrogate"));
    }

    private static String refusal(String name) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> new LockName(name))
                .getMessage());
    }
}
