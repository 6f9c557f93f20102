package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.spi.LockUrl;
import dev.holdfast.lock.tck.LinkControl;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Power over the connections to all servers of a Redlock; a fault befalls each of them. */
final class RedlockLink implements LinkControl {
    private final RedlockServers servers;
    private final String namespace;
    private final List<RedisHarness> nodes;

    RedlockLink(RedlockServers servers, String namespace, List<RedisHarness> nodes) {
        this.servers = servers;
        this.namespace = namespace;
        this.nodes = nodes;
    }

    private List<LinkControl> links() {
        return nodes.stream().map(node -> node.link().orElseThrow()).toList();
    }

    private void each(Consumer<LinkControl> fault) {
        links().forEach(fault);
    }

    @Override
    public String url() {
        List<Integer> ports = links().stream()
                .map(link -> LockUrl.parse(link.url()).hosts().get(0).port())
                .toList();
        return servers.url(ports, namespace);
    }

    @Override
    public void loseNextReply(Operation operation) {
        each(link -> link.loseNextReply(operation));
    }

    @Override
    public void detainNextRequest(Operation operation) {
        each(link -> link.detainNextRequest(operation));
    }

    @Override
    public void holdPushes() {
        each(LinkControl::holdPushes);
    }

    @Override
    public void delay(Duration each) {
        each(link -> link.delay(each));
    }

    @Override
    public void blackHole() {
        each(LinkControl::blackHole);
    }

    @Override
    public void cut() {
        each(LinkControl::cut);
    }

    @Override
    public void heal() {
        each(LinkControl::heal);
    }

    /** At the server where they were most. */
    @Override
    public long connectionAttempts() {
        return links().stream().mapToLong(LinkControl::connectionAttempts).max().orElse(0);
    }

    /** At the server where they were fewest. */
    @Override
    public OptionalLong repliesLost() {
        return links().stream().mapToLong(link -> link.repliesLost().orElse(0)).min();
    }
}
