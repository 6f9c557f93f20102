package dev.holdfast.lock.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The scripts: resources beside this class, the last of each with a header that says arguments and result. */
enum RedisScript {
    ENTER("clock", "enter-free", "lock", "enter"),
    LOOK("clock", "lock", "look"),
    LEAVE("clock", "lock", "leave"),
    RENEW("clock", "lock", "renew"),
    RELEASE("clock", "release-one", "lock", "release"),
    STRICT_ENTER("clock", "life", "grace", "enter-free", "lock", "enter"),
    STRICT_LOOK("clock", "life", "grace", "lock", "look"),
    STRICT_LEAVE("clock", "life", "grace", "lock", "leave"),
    STRICT_RENEW("clock", "life", "grace", "lock", "renew"),
    STRICT_RELEASE("clock", "life", "grace", "release-one", "lock", "release"),
    CLUSTER_ENTER("clock", "cluster", "enter-free", "lock", "enter"),
    CLUSTER_LOOK("clock", "cluster", "lock", "look"),
    CLUSTER_LEAVE("clock", "cluster", "lock", "leave"),
    CLUSTER_RENEW("clock", "cluster", "lock", "renew"),
    CLUSTER_RELEASE("clock", "cluster", "release-one", "lock", "release"),
    REGISTER("guard", "register"),
    RECORD("record"),
    REDLOCK_OPEN("clock", "life", "redlock-grace", "redlock-record", "redlock-open"),
    REDLOCK_ENTER("clock", "life", "redlock-grace", "redlock-record", "lock", "redlock-enter"),
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

    /** Whether a client may believe in a lease, or believe longer, because of such a reply. */
    boolean promises(List<?> reply) {
        return switch (this) {
            case ENTER, STRICT_ENTER, CLUSTER_ENTER, LOOK, STRICT_LOOK, CLUSTER_LOOK ->
                reply.get(0).equals(1L);
            case RENEW, STRICT_RENEW, CLUSTER_RENEW -> reply.contains(1L);
            default -> false;
        };
    }

    /** Whether a reply of this script ever {@link #promises} anything. */
    boolean mayPromise() {
        return switch (this) {
            case ENTER, STRICT_ENTER, CLUSTER_ENTER, LOOK, STRICT_LOOK, CLUSTER_LOOK -> true;
            case RENEW, STRICT_RENEW, CLUSTER_RENEW -> true;
            default -> false;
        };
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
