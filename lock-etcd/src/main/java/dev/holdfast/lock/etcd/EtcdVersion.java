package dev.holdfast.lock.etcd;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server version, as far as known faults depend on it. */
record EtcdVersion(int major, int minor, int patch) implements Comparable<EtcdVersion> {
    private static final Pattern TEXT = Pattern.compile("v?(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})(\\D.*)?");
    private static final Comparator<EtcdVersion> ORDER = Comparator.comparingInt(EtcdVersion::major)
            .thenComparingInt(EtcdVersion::minor)
            .thenComparingInt(EtcdVersion::patch);

    /** Reads {@code 3.5.13}; empty if it is something else. */
    static Optional<EtcdVersion> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new EtcdVersion(
                        Integer.parseInt(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3))))
                : Optional.empty();
    }

    /** Before 3.4 a watch does not tell that its member has lost the leader, and Txns may not nest (3.2). */
    boolean tooOld() {
        return compareTo(new EtcdVersion(3, 4, 0)) < 0;
    }

    /** etcd 3.5.0 to 3.5.2 may lose committed writes when killed under load. */
    boolean losesData() {
        return major == 3 && minor == 5 && patch <= 2;
    }

    /** Before 3.4.31 and 3.5.13 a paused former leader may revoke leases or confirm keep-alives (etcd #15247). */
    boolean hasZombieLeader() {
        return before(31, 13, 0);
    }

    /** Before 3.4.38, 3.5.23 and 3.6.5 a keep-alive may be confirmed for a revoked lease (etcd #20590). */
    boolean confirmsRevokedLeases() {
        return before(38, 23, 5);
    }

    private boolean before(int patch34, int patch35, int patch36) {
        if (major != 3) {
            return major < 3;
        }
        return switch (minor) {
            case 4 -> patch < patch34;
            case 5 -> patch < patch35;
            case 6 -> patch < patch36;
            default -> minor < 4;
        };
    }

    @Override
    public int compareTo(EtcdVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
