package dev.holdfast.lock.spi;

/**
 * A valid lock name: 1 to {@value #MAX_BYTES} bytes of UTF-8 without NUL and without unpaired surrogates (rule N1).
 * Names are compared code point by code point: case counts, nothing is normalised (rule N2).
 *
 * @param value the name as the user wrote it
 */
public record LockName(String value) {
    /** Longest name, in bytes of UTF-8, without the namespace. */
    public static final int MAX_BYTES = 512;

    public LockName {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a lock name must not be empty");
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a lock name must not contain NUL (U+0000)");
        }
        int bytes = utf8Length(value);
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a lock name has at most " + MAX_BYTES + " bytes of UTF-8, this one has "
                    + bytes + ": '" + value.substring(0, value.offsetByCodePoints(0, 20)) + "...'");
        }
    }

    private static int utf8Length(String value) {
        int bytes = 0;
        for (int i = 0; i < value.length(); i += Character.charCount(value.codePointAt(i))) {
            int point = value.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException("a lock name must not contain an unpaired surrogate");
            }
            bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : Character.isBmpCodePoint(point) ? 3 : 4;
        }
        return bytes;
    }

    @Override
    public String toString() {
        return value;
    }
}
