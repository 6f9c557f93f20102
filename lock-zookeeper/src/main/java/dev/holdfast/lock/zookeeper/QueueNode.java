package dev.holdfast.lock.zookeeper;

import dev.holdfast.lock.spi.AcquisitionId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A holder or waiter of one lock: {@code <acquisition id>-<mode>-<sequence>}.
 *
 * @param name last element of its path
 * @param id the acquire that made it
 * @param sequence the server's number: a signed 32-bit counter of the parent
 */
record QueueNode(String name, AcquisitionId id, int sequence) {
    private static final Pattern SHAPE = Pattern.compile("(?<id>[0-9a-f]{32})-[a-z]-(?<sequence>-?\\d{10})");

    /** Exclusive; the mode stands in the name so that readers and permits can join the queue without a new layout. */
    private static final String EXCLUSIVE = "x";

    static String prefix(AcquisitionId id) {
        return id + "-" + EXCLUSIVE + "-";
    }

    /** Empty for a node that is none of ours. */
    static Optional<QueueNode> parse(String child) {
        Matcher shape = SHAPE.matcher(child);
        if (!shape.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new QueueNode(child, new AcquisitionId(shape.group("id")), Integer.parseInt(shape.group("sequence"))));
    }

    static List<QueueNode> parse(List<String> children) {
        List<QueueNode> nodes = new ArrayList<>(children.size());
        for (String child : children) {
            parse(child).ifPresent(nodes::add);
        }
        return nodes;
    }

    /** The nodes of this acquire. */
    static List<QueueNode> of(AcquisitionId id, List<String> children) {
        return parse(children).stream().filter(node -> node.id.equals(id)).toList();
    }

    /**
     * The nodes before this one, the holder's first and the one right before this last. Leftovers of the same acquire
     * do not count: they stand for nobody else.
     *
     * @param children all nodes of the lock
     */
    List<QueueNode> before(List<String> children) {
        return parse(children).stream()
                .filter(other -> !other.id.equals(id) && other.precedes(this))
                .sorted(Comparator.comparingInt(other -> other.sequence - sequence))
                .toList();
    }

    /** By difference: the counter wraps, and nodes that exist together are never 2^31 apart. */
    private boolean precedes(QueueNode other) {
        return sequence - other.sequence < 0;
    }
}
