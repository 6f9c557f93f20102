package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.tck.LinkControl;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Power over the connection to a store, through a proxy that starts when it is first asked for. */
final class Link implements LinkControl, AutoCloseable {
    private final StoreHarness harness;
    private final Deployment store;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable FaultProxy proxy;

    Link(StoreHarness harness, Deployment store) {
        this.harness = harness;
        this.store = store;
    }

    private FaultProxy proxy() {
        lock.lock();
        try {
            FaultProxy current = proxy;
            if (current == null) {
                current = store.proxy();
                proxy = current;
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String url() {
        return harness.inNamespace(store.urlVia(proxy()));
    }

    @Override
    public void loseNextReply(Operation operation) {
        proxy().loseReply(harness.request(operation));
    }

    @Override
    public void detainNextRequest(Operation operation) {
        proxy().detainRequest(harness.request(operation));
    }

    @Override
    public void holdPushes() {
        proxy().holdPushes();
    }

    @Override
    public void delay(Duration each) {
        proxy().latency(FaultProxy.Direction.TO_STORE, each);
        proxy().latency(FaultProxy.Direction.TO_CLIENT, each);
    }

    @Override
    public void blackHole() {
        proxy().blackHole(FaultProxy.Direction.TO_STORE);
        proxy().blackHole(FaultProxy.Direction.TO_CLIENT);
    }

    @Override
    public void cut() {
        proxy().refuseNew();
        proxy().reset();
    }

    @Override
    public void heal() {
        proxy().heal();
    }

    @Override
    public long connectionAttempts() {
        return proxy().attempts();
    }

    @Override
    public OptionalLong repliesLost() {
        return OptionalLong.of(proxy().repliesLost());
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (proxy != null) {
                proxy.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
