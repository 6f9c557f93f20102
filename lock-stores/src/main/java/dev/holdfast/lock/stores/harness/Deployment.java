package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.FaultProxy;
import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.stores.StoreKind;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.StoreControl;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a harness stands on: one started server, or several that form one store. */
interface Deployment {
    StoreKind kind();

    /** What its name adds to that of the store, such as {@code -3}; empty for a single server. */
    String suffix();

    /** The server that looks into the store go to. */
    RunningStore server();

    /** The URL for clients, with every server they should know. */
    String url();

    /** Whether clients stay behind proxies: not where they learn the addresses of servers from the servers. */
    default boolean isBehindProxies() {
        return true;
    }

    /** Proxies before the server, or before those of several that clients behind the link shall use. */
    default List<FaultProxy> proxies() {
        throw new UnsupportedOperationException("clients learn addresses from " + this);
    }

    /** The URL that leads through these proxies only. */
    default String urlVia(List<FaultProxy> proxies) {
        throw new UnsupportedOperationException("clients learn addresses from " + this);
    }

    StoreControl control();

    /** Power over its servers one by one; empty for a single server. */
    default Optional<MemberControl> members() {
        return Optional.empty();
    }

    /** Requests of clients to all servers. */
    OptionalLong requests();
}
