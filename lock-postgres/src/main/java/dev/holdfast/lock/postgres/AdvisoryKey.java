package dev.holdfast.lock.postgres;

import dev.holdfast.lock.spi.LockName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The 64-bit keys of advisory locks: the first eight bytes of the SHA-256 of {@code schema/namespace/name} in UTF-8.
 * Part of the stored layout (rule N3). Neither schema nor namespace can contain the separator, so different locks have
 * different texts; two texts with one key exclude each other, and never have two holders.
 *
 * @param schema of the tables
 * @param namespace of the client
 */
record AdvisoryKey(String schema, String namespace) {
    long of(LockName name) {
        byte[] text = (schema + "/" + namespace + "/" + name.value()).getBytes(StandardCharsets.UTF_8);
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
