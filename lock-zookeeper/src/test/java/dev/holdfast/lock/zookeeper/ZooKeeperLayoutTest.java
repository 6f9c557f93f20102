package dev.holdfast.lock.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.LockName;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.zookeeper.common.PathUtils;
import org.junit.jupiter.api.Test;

class ZooKeeperLayoutTest {
    private final ZooKeeperLayout layout = new ZooKeeperLayout("/holdfast", "app");

    @Test
    void plainNamesStayReadable() {
        assertEquals("invoice-42.new_A", ZooKeeperLayout.encode("invoice-42.new_A"));
        assertEquals("a%2Fb", ZooKeeperLayout.encode("a/b"));
        assertEquals("a%252Fb", ZooKeeperLayout.encode("a%2Fb"));
        assertEquals("%C3%A4", ZooKeeperLayout.encode("\u00e4"));
        assertEquals("%23", ZooKeeperLayout.encode("#"));
        assertEquals("%2E", ZooKeeperLayout.encode("."));
        assertEquals("%2E%2E", ZooKeeperLayout.encode(".."));
        assertEquals("...", ZooKeeperLayout.encode("..."));
    }

    @Test
    void longNamesAreHashed() {
        assertEquals("x".repeat(200), ZooKeeperLayout.encode("x".repeat(200)));
        String hashed = ZooKeeperLayout.encode("x".repeat(201));
        assertTrue(hashed.matches("#[0-9a-f]{64}"), hashed);
        assertTrue(ZooKeeperLayout.encode("/".repeat(67)).startsWith("#"), "201 characters when written out");
    }

    @Test
    void differentNamesHaveDifferentValidPaths() {
        Random random = new Random(7);
        Set<String> names = new HashSet<>(List.of("a", "A", "a/b", "a/", "%2E", ".", "%", " ", "\u0001", "\ufffd"));
        while (names.size() < 5_000) {
            int length = 1 + random.nextInt(120);
            StringBuilder name = new StringBuilder();
            for (int i = 0; i < length; i++) {
                name.appendCodePoint(
                        random.nextBoolean() ? "./%#a".charAt(random.nextInt(5)) : 1 + random.nextInt(0x2fff));
            }
            names.add(name.toString());
        }
        Set<String> paths = new HashSet<>();
        for (String name : names) {
            String path = layout.lock(new LockName(name));
            PathUtils.validatePath(path);
            assertEquals("/holdfast/app/locks", path.substring(0, path.lastIndexOf('/')));
            assertTrue(paths.add(path), name);
        }
    }

    @Test
    void queueNodesAreFoundAgain() {
        AcquisitionId id = AcquisitionId.random();
        String path = layout.queueNode(new LockName("a/b"), id) + "0000000012";
        assertEquals("/holdfast/app/locks/a%2Fb/" + id + "-x-0000000012", path);
        QueueNode node = QueueNode.parse(id + "-x-0000000012").orElseThrow();
        assertEquals(id, node.id());
        assertEquals(12, node.sequence());
        assertEquals(
                -2147483648,
                QueueNode.parse(id + "-x--2147483648").orElseThrow().sequence());
        assertEquals(7, QueueNode.parse(id + "-s-0000000007").orElseThrow().sequence(), "a mode of a later version");
        assertEquals(Optional.empty(), QueueNode.parse("junk"));
        assertEquals(Optional.empty(), QueueNode.parse(id + "-x-"));
    }

    @Test
    void thePredecessorIsTheNearestOfAnotherAcquire() {
        AcquisitionId a = AcquisitionId.random();
        AcquisitionId b = AcquisitionId.random();
        AcquisitionId c = AcquisitionId.random();
        QueueNode last = QueueNode.parse(c + "-x-0000000009").orElseThrow();
        List<String> children = List.of(
                c + "-x-0000000008",
                last.name(),
                b + "-x-0000000007",
                a + "-x-0000000003",
                "junk",
                a + "-x-0000000011");
        assertEquals(List.of(a + "-x-0000000003", b + "-x-0000000007"), names(last.before(children)));
        QueueNode first = QueueNode.parse(a + "-x-0000000003").orElseThrow();
        assertEquals(List.of(), first.before(children));
    }

    @Test
    void theOrderSurvivesTheOverflowOfTheSequence() {
        AcquisitionId a = AcquisitionId.random();
        AcquisitionId b = AcquisitionId.random();
        String before = a + "-x-2147483647";
        QueueNode after = QueueNode.parse(b + "-x--2147483648").orElseThrow();
        List<String> children = List.of(before, after.name());
        assertEquals(List.of(before), names(after.before(children)));
        assertEquals(List.of(), QueueNode.parse(before).orElseThrow().before(children));
    }

    private static List<String> names(List<QueueNode> nodes) {
        return nodes.stream().map(QueueNode::name).toList();
    }
}
