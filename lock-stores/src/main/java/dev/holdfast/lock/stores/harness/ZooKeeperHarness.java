package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.FourLetterProbe;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.ZooKeeperSessions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** ZooKeeper; the paths it reads are those of {@code docs/zookeeper.md}. */
final class ZooKeeperHarness extends StoreHarness {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

    /** A line of {@code dump} that begins the nodes of one session. */
    private static final Pattern SESSION = Pattern.compile("0x[0-9a-f]+:");

    ZooKeeperHarness(RunningStore store) {
        super(store);
    }

    ZooKeeperHarness(Deployment store) {
        super(store);
    }

    @Override
    String expectedResults() {
        return "dev/holdfast/lock/zookeeper/zookeeper" + suffix() + ".expected";
    }

    @Override
    public Duration shortestLease() {
        return Duration.ofSeconds(2);
    }

    @Override
    public Duration crashSlack() {
        return Duration.ofSeconds(2);
    }

    @Override
    List<String> entries() throws IOException {
        String locks = "/" + namespace() + "/locks/";
        return dump().lines()
                .map(String::strip)
                .filter(line -> line.contains(locks))
                .toList();
    }

    /** The holder's session: that of the node with the lowest number. */
    @Override
    boolean end(String lockName) throws IOException {
        if (!PLAIN.matcher(lockName).matches()) {
            return false; // its path would not be its name
        }
        String lock = "/" + namespace() + "/locks/" + lockName + "/";
        String session = "";
        OptionalLong holder = OptionalLong.empty();
        OptionalLong lowest = OptionalLong.empty();
        for (String line : dump().lines().toList()) {
            String text = line.strip();
            if (SESSION.matcher(text).matches()) {
                session = text.substring(2, text.length() - 1);
            } else if (text.contains(lock)) {
                long number = Integer.parseInt(text.substring(text.length() - 10));
                if (lowest.isEmpty() || number < lowest.getAsLong()) {
                    lowest = OptionalLong.of(number);
                    holder = OptionalLong.of(Long.parseUnsignedLong(session, 16));
                }
            }
        }
        return holder.isPresent()
                && new ZooKeeperSessions(running().host(), running().port(), PROBE_TIMEOUT).close(holder.getAsLong());
    }

    private String dump() throws IOException {
        return new FourLetterProbe(running().host(), running().port(), PROBE_TIMEOUT).ask("dump");
    }
}
