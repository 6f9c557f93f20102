package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.stores.FourLetterProbe;
import dev.holdfast.lock.stores.RunningStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** ZooKeeper; the paths it reads are those of {@code docs/zookeeper.md}. */
final class ZooKeeperHarness extends StoreHarness {
    ZooKeeperHarness(RunningStore store) {
        super(store);
    }

    @Override
    public Set<Claim> claims() {
        return Set.of(
                Claim.FIFO,
                Claim.DIRECT_WAKEUP,
                Claim.SURVIVES_RESTART,
                Claim.TOKENS_SURVIVE_DATA_LOSS,
                Claim.FENCED_REGISTER);
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
        return new FourLetterProbe(running().host(), running().port(), PROBE_TIMEOUT)
                .ask("dump")
                .lines()
                .map(String::strip)
                .filter(line -> line.contains(locks))
                .toList();
    }

    /** No four-letter word ends a session or removes a node. */
    @Override
    boolean end(String lockName) {
        return false;
    }
}
