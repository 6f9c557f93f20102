package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;
import io.etcd.jetcd.ByteSequence;
import java.util.Locale;
import java.util.Optional;

/** Where things stand in etcd. No key of one lock is a prefix of the keys of another. */
final class EtcdLayout {
    private static final int ID_LENGTH = 32;

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

    /** The entry of one acquire. */
    ByteSequence entry(LockName name, AcquisitionId id) {
        return bytes(root + "q/" + encode(name.value()) + "/" + id);
    }

    /** Prefix of the entries of all locks. */
    ByteSequence queues() {
        return bytes(root + "q/");
    }

    /**
     * Whose entry this is. The key may carry the namespace of a user's own client before ours, as some of etcd's
     * answers do.
     *
     * @return empty if the key is not an entry of this namespace
     */
    Optional<AcquisitionId> idOf(ByteSequence key) {
        String text = key.toString(UTF_8);
        int start = text.length() - ID_LENGTH;
        boolean entry = text.contains(root + "q/") && start > 0 && text.charAt(start - 1) == '/';
        return entry ? Optional.of(new AcquisitionId(text.substring(start))) : Optional.empty();
    }

    /** An entry's key without what the namespace of a user's own client puts before it. */
    ByteSequence withoutClientNamespace(ByteSequence key) {
        String text = key.toString(UTF_8);
        return bytes(text.substring(text.indexOf(root + "q/")));
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
