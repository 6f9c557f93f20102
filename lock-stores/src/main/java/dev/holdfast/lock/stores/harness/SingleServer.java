package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.tck.StoreControl;
import java.util.List;
import java.util.OptionalLong;

/** One started server. */
record SingleServer(RunningStore server) implements Deployment {
    @Override
    public StoreKind kind() {
        return server.kind();
    }

    @Override
    public String suffix() {
        return "";
    }

    @Override
    public String url() {
        return server.url();
    }

    @Override
    public List<FaultProxy> proxies() {
        return List.of(FaultProxy.before(server));
    }

    @Override
    public String urlVia(List<FaultProxy> proxies) {
        return server.urlVia(proxies.get(0).port());
    }

    @Override
    public StoreControl control() {
        return new Control(server);
    }

    @Override
    public OptionalLong requests() {
        return server.requests();
    }

    @Override
    public String toString() {
        return server.toString();
    }
}
