package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What a failed call says about its request. Everything not known for certain is an unknown outcome (rule E2). */
final class EtcdErrors {
    private final String store;
    private final String root;

    EtcdErrors(String store, String root) {
        this.store = store;
        this.root = root;
    }

    String store() {
        return store;
    }

    /** Whether etcd says that it does not know the lease (any more): the request was not executed. */
    static boolean leaseNotFound(Throwable error) {
        return says(error, "requested lease not found");
    }

    private static boolean says(Throwable error, String text) {
        return chain(error).stream()
                .anyMatch(e ->
                        String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains(text));
    }

    /** What this failure means for the request that did {@code what}. */
    StoreException map(Throwable error, String what) {
        Throwable top = unwrap(error);
        if (top instanceof StoreException known) {
            return known;
        }
        StoreException refusal = refusal(error, what);
        if (refusal != null) {
            return refusal;
        }
        String message = what + " at " + store + " failed: " + detail(error);
        return notExecuted(error) ? StoreException.notExecuted(message, top) : StoreException.unknown(message, top);
    }

    private static boolean notExecuted(Throwable error) {
        return neverSent(error)
                || leaseNotFound(error)
                || says(error, "invalid auth token")
                || says(error, "revision of auth store is old")
                || says(error, "too many requests");
    }

    /** Whether the request never reached a connection. */
    static boolean neverSent(Throwable error) {
        return chain(error).stream().anyMatch(e -> e instanceof CallGuard.NeverSent);
    }

    private @Nullable StoreException refusal(Throwable error, String what) {
        if (says(error, "permission denied")) {
            return refused(
                    error,
                    what,
                    "the user lacks a privilege; run: etcdctl role grant-permission ROLE readwrite" + " --prefix "
                            + root);
        }
        if (says(error, "authentication is not enabled")) {
            return refused(error, what, "the server has authentication switched off; remove user and password");
        }
        if (says(error, "user name is empty") || says(error, "user name not found")) {
            return refused(error, what, "the server asks for authentication; give a user and a password");
        }
        if (says(error, "authentication failed")) {
            return refused(error, what, "user or password is wrong");
        }
        if (says(error, "database space exceeded")) {
            return refused(error, what, "etcd is full and read-only; run etcdctl compact, defrag and alarm disarm");
        }
        return null;
    }

    private StoreException refused(Throwable error, String what, String fix) {
        return StoreException.refused(what + " at " + store + " was refused (" + detail(error) + "): " + fix, error);
    }

    /** The innermost message, which is the most telling one. */
    static String detail(Throwable error) {
        String found = error.getClass().getSimpleName();
        for (Throwable each : chain(error)) {
            String message = each.getMessage();
            if (message != null && !message.isBlank()) {
                found = message.lines().findFirst().orElse(message);
            }
        }
        return found;
    }

    private static Throwable unwrap(Throwable error) {
        Throwable inner = error;
        while ((inner instanceof ExecutionException || inner instanceof CompletionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static List<Throwable> chain(Throwable error) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable e = error; e != null && chain.size() < 16; e = e.getCause()) {
            chain.add(e);
        }
        return chain;
    }
}
