package dev.holdfast.lock.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The scripts: resources beside this class, each with a header that says arguments and result. */
enum RedisScript {
    ENTER,
    LOOK,
    LEAVE,
    RENEW,
    RELEASE,
    RECORD;

    private final String text;
    private final String sha;

    RedisScript() {
        String body = read(name().toLowerCase(Locale.ROOT) + ".lua");
        this.text = name().equals("RECORD") ? body : read("lock.lua") + body;
        this.sha = sha1(text);
    }

    private static String read(String resource) {
        try (InputStream in = RedisScript.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("lock-redis is incomplete: resource " + resource + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read resource " + resource, e);
        }
    }

    private static String sha1(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** What {@code EVAL} takes. */
    String text() {
        return text;
    }

    /** What {@code EVALSHA} takes. */
    String sha() {
        return sha;
    }
}
