package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.spi.LockName;
import io.etcd.jetcd.ByteSequence;
import java.util.Locale;
import java.util.Optional;

/** Where things stand in etcd. No key of one lock is a prefix of the keys of another. */
final class EtcdLayout {
    private final String root;

    EtcdLayout(String namespace) {
        this.root = "holdfast/" + namespace + "/";
    }

    /** Prefix of everything in the namespace. */
    String root() {
        return root;
    }

    /** The namespace record: protocol version, mode, scale of the tokens. */
    ByteSequence record() {
        return bytes(root + "record");
    }

    /** The guard of a session. */
    ByteSequence guard(long lease) {
        return bytes(root + "guard/" + Long.toHexString(lease));
    }

    /** Prefix of the entries of one lock, holder and waiters. */
    ByteSequence queue(LockName name) {
        return bytes(root + "q/" + encode(name.value()) + "/");
    }

    /** One of the entries that a client may have in the queue of a lock. */
    ByteSequence entry(LockName name, String client, int number) {
        return bytes(root + "q/" + encode(name.value()) + "/" + client + "-" + number);
    }

    /** The mark of a register: the highest token seen. */
    ByteSequence registerMark(LockName name) {
        return bytes(root + "r/" + encode(name.value()) + "/mark");
    }

    /** The value of a register. */
    ByteSequence registerValue(LockName name) {
        return bytes(root + "r/" + encode(name.value()) + "/value");
    }

    /** Prefix of the entries of all locks. */
    ByteSequence queues() {
        return bytes(root + "q/");
    }

    /**
     * An entry's key without what the namespace of a user's own client puts before it, as some of etcd's answers do.
     *
     * @return empty if the key is not an entry of this namespace
     */
    Optional<ByteSequence> entryKey(ByteSequence key) {
        String text = key.toString(UTF_8);
        int start = text.indexOf(root + "q/");
        return start < 0 ? Optional.empty() : Optional.of(bytes(text.substring(start)));
    }

    /**
     * Percent-encodes the separator, the escape itself, and control characters, which would garble an operator's
     * terminal.
     */
    static String encode(String name) {
        StringBuilder encoded = new StringBuilder(name.length() + 8);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == '%' || c < ' ' || c == 0x7f) {
                encoded.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
            } else {
                encoded.append(c);
            }
        }
        return encoded.toString();
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }
}
