package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.StoreException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** What goes wrong with Redis, in the words of the SPI (rules E1, E2). */
final class RedisErrors {
    /** The access that a user of this driver needs, as {@code ACL SETUSER} takes it. */
    static final String ACL = "~hf:* &hf:* +eval +evalsha +time +hget +hmget +hset +hsetnx +hdel +pexpire +publish"
            + " +subscribe +del +info +select";

    /** Redis 6 wraps an error inside a script, with the code after a dash. */
    private static final Pattern CODE = Pattern.compile("(?:^|-)([A-Z]{3,})\\b");

    private static final Set<String> NOT_EXECUTED =
            Set.of("OOM", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "BUSY", "CLUSTERDOWN", "TRYAGAIN");
    private static final Set<String> CREDENTIALS = Set.of("NOAUTH", "WRONGPASS");

    private RedisErrors() {}

    /** The error code of a reply, or an empty string. */
    static String code(String message) {
        Matcher matcher = CODE.matcher(message);
        String code = "";
        while (matcher.find()) {
            code = matcher.group(1);
            if (!code.equals("ERR")) {
                return code;
            }
        }
        return code;
    }

    /** An error reply to a request. */
    static StoreException reply(String store, JedisDataException error) {
        String message = String.valueOf(error.getMessage());
        String code = code(message);
        if (NOT_EXECUTED.contains(code)) {
            return StoreException.notExecuted(store + " refuses requests for now: " + message, error);
        }
        if (CREDENTIALS.contains(code)) {
            return StoreException.refused(store + ": wrong or missing user or password: " + message, error);
        }
        if (code.equals("READONLY")) {
            return StoreException.refused(store + " is a read-only replica; connect to its primary", error);
        }
        if (code.equals("NOPERM")) {
            return StoreException.refused(privileges(store, message), error);
        }
        if (code.equals("FOREIGN")) {
            return StoreException.refused(
                    store + ": the namespace belongs to" + message.substring(message.indexOf("FOREIGN") + 7)
                            + " by now; both side by side would grant twice",
                    error);
        }
        // A script that ended with an error may have written before.
        return StoreException.unknown(store + " answered with an error: " + message, error);
    }

    static String privileges(String store, String message) {
        return store + ": this user lacks privileges (" + message + "); grant them with ACL SETUSER <user> " + ACL;
    }

    /** An error reply while connecting. */
    static StoreException greeting(String store, JedisDataException error) {
        String message = String.valueOf(error.getMessage());
        if (NOT_EXECUTED.contains(code(message))) {
            return StoreException.notExecuted(store + " refuses connections for now: " + message, error);
        }
        String what = message.contains("AUTH") || message.contains("WRONGPASS") || message.contains("password")
                ? ": wrong or missing user or password, or one where the server wants none: "
                : ": the server refuses this client: ";
        return StoreException.refused(store + what + message, error);
    }

    /** No connection could be had. */
    static StoreException unreachable(String store, @Nullable Throwable cause) {
        if (cause == null) {
            return StoreException.notExecuted(store + ": no time was left to connect", null);
        }
        if (isTimeout(cause)) {
            return StoreException.notExecuted(
                    store + " does not answer in time; check that it runs, that it is a Redis server, with TLS if and"
                            + " only if the scheme is rediss:, and that no firewall drops packets",
                    cause);
        }
        if (!(cause instanceof IOException) && !(cause instanceof StoreException) && !isBroken(cause)) {
            return StoreException.refused(
                    store + " does not speak the Redis protocol: " + reason(cause) + "; check the port", cause);
        }
        return StoreException.notExecuted(
                store + ": cannot connect: " + reason(cause) + "; check host and port, that a Redis server runs there,"
                        + " and that it speaks TLS if and only if the scheme is rediss:",
                cause);
    }

    /** A request was sent, or may have been, and brought no reply. */
    static StoreException noReply(String store, Throwable cause) {
        String what = isTimeout(cause) ? "did not answer in time" : "did not answer: " + reason(cause);
        return StoreException.unknown(store + " " + what, cause);
    }

    private static boolean isTimeout(Throwable failure) {
        Throwable cause = failure;
        while (cause != null) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Whether Jedis lost the connection, as opposed to reading what Redis would not write. */
    private static boolean isBroken(Throwable failure) {
        String message = reason(failure);
        return failure.getCause() instanceof IOException || message.startsWith("Unexpected end of stream");
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
