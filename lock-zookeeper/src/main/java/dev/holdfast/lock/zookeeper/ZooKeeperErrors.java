package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.StoreException;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;

/**
 * What a missing answer means, in words that name the store and the fix.
 *
 * @param store what messages call the store; holds no secret
 */
record ZooKeeperErrors(String store) {
    /** No request was sent. */
    StoreException notSent(String what, String why) {
        return StoreException.notExecuted(store + ": " + what + " was not sent: " + why, null);
    }

    /** A request was sent; its answer is {@code failure}. */
    StoreException of(Exception failure, String what) {
        if (failure instanceof TimeoutException) {
            return StoreException.unknown(
                    store + ": no answer to " + what + " in time; it may still be executed. Is the server overloaded,"
                            + " stopped or cut off?",
                    failure);
        }
        if (failure instanceof KeeperException answer) {
            return of(answer, what);
        }
        return StoreException.unknown(store + ": " + what + " failed: " + failure.getMessage(), failure);
    }

    private StoreException of(KeeperException answer, String what) {
        return switch (answer.code()) {
            case NOAUTH, AUTHFAILED, INVALIDACL, SESSIONCLOSEDREQUIRESASLAUTH ->
                refused(
                        what,
                        "this client has no permission" + at(answer) + ". Give user:password in the URL, or have an"
                                + " administrator grant its identity cdrwa there (setAcl; see docs/zookeeper.md)",
                        answer);
            case UNIMPLEMENTED -> refused(what, "the server is older than 3.6.0; upgrade it", answer);
            case QUOTAEXCEEDED -> refused(what, "a quota is exceeded" + at(answer) + "; raise it (setquota)", answer);
            case THROTTLEDOP, NOTREADONLY ->
                StoreException.notExecuted(store + ": the server declined " + what + " for now", answer);
            default ->
                StoreException.unknown(
                        store + ": " + what + " was sent and its answer lost (" + answer.code() + ")", answer);
        };
    }

    /** Whether asking again is of no use. */
    boolean isRefusal(KeeperException answer) {
        return of(answer, "").kind() == StoreException.Kind.REFUSED;
    }

    private static String at(KeeperException answer) {
        return answer.getPath() == null ? "" : " at " + answer.getPath();
    }

    /** The store must not be used like this. */
    StoreException refused(String what, String why, Throwable cause) {
        return StoreException.refused(store + ": " + what + " was refused: " + why, cause);
    }
}
