package dev.holdfast.lock.stores;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to run PostgreSQL, which refuses to run as root: as another account where this JVM is root, else as it is. The
 * prefix replaces itself by the command, so that the pid in hand is the store's.
 *
 * @param prefix words to put before a command; empty when not root
 * @param account the account the command runs as; empty when files need no change of owner
 */
record RunAs(List<String> prefix, Optional<String> account) {
    private static final List<RunAs> WAYS = List.of(
            new RunAs(
                    List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"),
                    Optional.of("postgres")),
            new RunAs(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"), Optional.of("nobody")),
            new RunAs(List.of("setpriv", "--reuid=nobody", "--regid=nobody", "--clear-groups"), Optional.of("nobody")),
            // A new user namespace without a mapping: root outside, nobody inside.
            new RunAs(List.of("unshare", "-U"), Optional.empty()));

    private static final RunAs HERE = choose();

    /** What this JVM has to do on this machine. */
    static RunAs here() {
        return HERE;
    }

    private static RunAs choose() {
        if (!isRoot()) {
            return new RunAs(List.of(), Optional.empty());
        }
        // Without a way that works PostgreSQL itself says that it does not run as root.
        return WAYS.stream()
                .filter(way -> Commands.succeeds(Commands.join(way.prefix, "true")))
                .findFirst()
                .orElseGet(() -> new RunAs(List.of(), Optional.empty()));
    }

    static boolean isRoot() {
        return ProcessHandle.current().info().user().filter("root"::equals).isPresent();
    }

    /** Makes the account the owner of a file or directory of ours. */
    void give(Path path) {
        account.ifPresent(name -> {
            try {
                Files.setOwner(
                        path,
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name));
            } catch (IOException e) {
                throw new StoreException("cannot give " + path + " to " + name, e);
            }
        });
    }

    String name() {
        return account.orElse(prefix.isEmpty() ? "self" : "unshared");
    }
}
