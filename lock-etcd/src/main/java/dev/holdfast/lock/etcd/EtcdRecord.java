package dev.holdfast.lock.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.StoreException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The namespace record as it was read, or its absence.
 *
 * @param scale what is added to a create_revision to make a token
 * @param revision the record's mod_revision; 0 if there is none
 */
record EtcdRecord(long scale, long revision) {
    /** No record: a new namespace, or one that was deleted. */
    static final EtcdRecord ABSENT = new EtcdRecord(0, 0);

    private static final int PROTOCOL = 1;
    private static final String MODE = "queue";
    private static final Pattern RECORD =
            Pattern.compile("protocol=(?<protocol>\\d{1,9}) mode=(?<mode>\\S+)( scale=(?<scale>\\d{1,18}))?.*");
    private static final Pattern ENTRY = Pattern.compile("exclusive scale=(\\d{1,18}) id=([0-9a-f]{32})");

    /**
     * Reads a record.
     *
     * @throws StoreException refused, if it is of another protocol version or mode, which would grant beside this one
     */
    static EtcdRecord of(KeyValue stored, String root) {
        String text = stored.getValue().toString(UTF_8);
        Matcher fields = RECORD.matcher(text);
        String ours = "protocol=" + PROTOCOL + " mode=" + MODE;
        if (!fields.matches()
                || !fields.group("protocol").equals(Integer.toString(PROTOCOL))
                || !fields.group("mode").equals(MODE)
                || fields.group("scale") == null) {
            throw StoreException.refused(
                    "the namespace record " + root + "record is '" + abbreviate(text) + "', this client needs '" + ours
                            + "': two modes or versions in one namespace would both grant. Use another namespace= or"
                            + " the version of Holdfast that made this one",
                    null);
        }
        return new EtcdRecord(Long.parseLong(fields.group("scale")), stored.getModRevision());
    }

    private static String abbreviate(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    /** The record's value for this scale. */
    static ByteSequence value(long scale) {
        return EtcdLayout.bytes("protocol=" + PROTOCOL + " mode=" + MODE + " scale=" + scale);
    }

    /** The value of the queue entry that this acquire creates under this scale. */
    static ByteSequence entry(long scale, AcquisitionId id) {
        return EtcdLayout.bytes("exclusive scale=" + scale + " id=" + id);
    }

    /**
     * The token of a stored entry.
     *
     * @return 0 if the entry is not one of this acquire
     */
    static long token(KeyValue entry, AcquisitionId id) {
        Matcher fields = ENTRY.matcher(entry.getValue().toString(UTF_8));
        boolean ours = fields.matches() && fields.group(2).equals(id.value());
        return ours ? Long.parseLong(fields.group(1)) + entry.getCreateRevision() : 0;
    }
}
