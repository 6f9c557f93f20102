package dev.holdfast.lock.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The scripts: resources beside this class, the last of each with a header that says arguments and result. */
enum RedisScript {
    ENTER("clock", "enter-free", "lock", "enter"),
    LOOK("clock", "lock", "look"),
    LEAVE("clock", "lock", "leave"),
    RENEW("clock", "lock", "renew"),
    RELEASE("clock", "release-one", "lock", "release"),
    REGISTER("guard", "register"),
    RECORD("record"),
    REDLOCK_OPEN("clock", "redlock-grace", "redlock-record", "redlock-open"),
    REDLOCK_ENTER("clock", "redlock-grace", "redlock-record", "lock", "redlock-enter"),
    REDLOCK_RAISE("clock", "lock", "redlock-raise"),
    REDLOCK_PEEK("clock", "redlock-peek");

    private final String text;
    private final String sha;

    RedisScript(String... parts) {
        this.text = Stream.of(parts).map(RedisScript::read).collect(Collectors.joining());
        this.sha = sha1(text);
    }

    static String read(String part) {
        String resource = part + ".lua";
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
