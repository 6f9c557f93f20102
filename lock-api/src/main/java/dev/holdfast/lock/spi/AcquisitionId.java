package dev.holdfast.lock.spi;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Identity of one logical acquire: 128 random bits, the same on every retry of it, never reused (rule S6). A store
 * keeps it beside the grant, and compares it before it renews or releases (rule S5).
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record AcquisitionId(String value) {
    private static final SecureRandom RANDOM = new SecureRandom();

    public AcquisitionId {
        if (value.length() != 32 || !isHexadecimal(value)) {
            throw new IllegalArgumentException("an acquisition id is 32 hexadecimal digits, not '" + value + "'");
        }
    }

    private static boolean isHexadecimal(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!HexFormat.isHexDigit(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** A new id that no other acquire has or will have. */
    public static AcquisitionId random() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return new AcquisitionId(HexFormat.of().formatHex(bits));
    }

    @Override
    public String toString() {
        return value;
    }
}
