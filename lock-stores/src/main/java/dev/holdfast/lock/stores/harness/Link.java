package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.tck.LinkControl;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/** Power over the connections to a store, through proxies that start when they are first asked for. */
final class Link implements LinkControl, AutoCloseable {
    private final StoreHarness harness;
    private final Deployment store;
    private final ReentrantLock lock = new ReentrantLock();
    private List<FaultProxy> proxies = List.of();

    Link(StoreHarness harness, Deployment store) {
        this.harness = harness;
        this.store = store;
    }

    private List<FaultProxy> proxies() {
        lock.lock();
        try {
            if (proxies.isEmpty()) {
                proxies = store.proxies();
            }
            return proxies;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String url() {
        return harness.inNamespace(store.urlVia(proxies()));
    }

    @Override
    public void loseNextReply(Operation operation) {
        proxies().forEach(proxy -> proxy.loseReply(harness.request(operation)));
    }

    @Override
    public void detainNextRequest(Operation operation) {
        proxies().forEach(proxy -> proxy.detainRequest(harness.request(operation)));
    }

    @Override
    public void holdPushes() {
        proxies().forEach(FaultProxy::holdPushes);
    }

    @Override
    public void delay(Duration each) {
        for (FaultProxy proxy : proxies()) {
            proxy.latency(FaultProxy.Direction.TO_STORE, each);
            proxy.latency(FaultProxy.Direction.TO_CLIENT, each);
        }
    }

    @Override
    public void blackHole() {
        for (FaultProxy proxy : proxies()) {
            proxy.blackHole(FaultProxy.Direction.TO_STORE);
            proxy.blackHole(FaultProxy.Direction.TO_CLIENT);
        }
    }

    @Override
    public void cut() {
        for (FaultProxy proxy : proxies()) {
            proxy.refuseNew();
            proxy.reset();
        }
    }

    @Override
    public void heal() {
        proxies().forEach(FaultProxy::heal);
    }

    @Override
    public long connectionAttempts() {
        return proxies().stream().mapToLong(FaultProxy::attempts).sum();
    }

    @Override
    public OptionalLong repliesLost() {
        return OptionalLong.of(
                proxies().stream().mapToLong(FaultProxy::repliesLost).sum());
    }

    @Override
    public void close() {
        lock.lock();
        try {
            proxies.forEach(FaultProxy::close);
        } finally {
            lock.unlock();
        }
    }
}
