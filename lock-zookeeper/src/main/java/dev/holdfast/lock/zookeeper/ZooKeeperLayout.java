package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Where everything stands: names to paths. Different names never share a path (rule N2). */
final class ZooKeeperLayout {
    /** Root of all namespaces if the URL names none. */
    static final String DEFAULT_ROOT = "/holdfast";

    private static final int LONGEST_PLAIN = 200;
    private static final String UNRESERVED = "._-";

    private final String root;
    private final String namespace;

    ZooKeeperLayout(String root, String namespace) {
        this.root = root;
        this.namespace = root + "/" + namespace;
    }

    String root() {
        return root;
    }

    String namespace() {
        return namespace;
    }

    String record() {
        return namespace + "/record";
    }

    String tick(String incarnation) {
        return namespace + "/tick-" + incarnation;
    }

    String sessions() {
        return namespace + "/sessions";
    }

    /** The guard of one session of one client; clients may share a session. */
    String guard(long session, String client) {
        return sessions() + "/" + HexFormat.of().toHexDigits(session) + "-" + client;
    }

    String locks() {
        return namespace + "/locks";
    }

    /** A path below {@link #locks()} that no lock can have: what follows the percent sign is not hexadecimal. */
    String probe(String client) {
        return locks() + "/%probe-" + client;
    }

    String lock(LockName name) {
        return locks() + "/" + encode(name.value());
    }

    String registers() {
        return namespace + "/registers";
    }

    String register(LockName name) {
        return registers() + "/" + encode(name.value());
    }

    /** The path that a new queue node is created at; the server appends the sequence number. */
    String queueNode(LockName name, AcquisitionId id) {
        return lock(name) + "/" + QueueNode.prefix(id);
    }

    /**
     * One path element for any name. Bytes outside {@code A-Z a-z 0-9 . _ -} become {@code %XX}; what is longer than
     * 200 characters then becomes {@code #} and its SHA-256, which no plain form can be.
     */
    static String encode(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (name.equals(".") || name.equals("..")) {
            return name.replace(".", "%2E"); // ZooKeeper refuses relative paths
        }
        StringBuilder plain = new StringBuilder(bytes.length + 16);
        HexFormat hex = HexFormat.of().withUpperCase();
        for (byte b : bytes) {
            if (isPlain(b)) {
                plain.append((char) b);
            } else {
                plain.append('%').append(hex.toHexDigits(b));
            }
        }
        return plain.length() <= LONGEST_PLAIN ? plain.toString() : "#" + sha256(bytes);
    }

    private static boolean isPlain(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || UNRESERVED.indexOf((char) b) >= 0;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
