package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.RunningStore;
import dev.holdfast.lock.tck.Fault;
import dev.holdfast.lock.tck.MemberControl;
import dev.holdfast.lock.tck.NotApplicable;
import dev.holdfast.lock.tck.StoreControl;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Power over the servers of a Redlock, all at once or some. They grant again later than they answer. */
final class RedlockControl implements StoreControl, MemberControl {
    private final RedlockServers servers;
    private final String namespace;
    private final List<String> others;
    private List<RunningStore> forgetful = List.of();

    /** @param others suffixes of further namespaces, in which nobody has been granted a lock */
    RedlockControl(RedlockServers servers, String namespace, List<String> others) {
        this.servers = servers;
        this.namespace = namespace;
        this.others = others;
    }

    @Override
    public void pause() {
        servers.all().forEach(RunningStore::pause);
    }

    @Override
    public void resume() {
        servers.all().forEach(RunningStore::resume);
    }

    @Override
    public void kill() {
        servers.all().forEach(RunningStore::kill);
    }

    @Override
    public void restart() {
        servers.all().forEach(RunningStore::restart);
        awaitGrants(servers.all());
    }

    @Override
    public void wipe() {
        servers.all().forEach(RunningStore::restartEmpty);
        awaitGrants(servers.all());
    }

    @Override
    public void make(Fault fault) {
        List<RunningStore> minority = servers.all().subList(0, servers.all().size() / 2);
        List<RunningStore> majority =
                servers.all().subList(minority.size(), servers.all().size());
        switch (fault) {
            case MINORITY_STOPPED -> minority.forEach(RunningStore::pause);
            case MINORITY_EMPTIED -> {
                forgetful = minority;
                minority.forEach(RunningStore::restartEmpty);
            }
            case MAJORITY_LOST -> {
                forgetful = majority;
                majority.forEach(RunningStore::kill);
            }
            default -> throw new NotApplicable("this harness has no means for it");
        }
    }

    @Override
    public void cutReplication() {
        throw new NotApplicable("no server leads");
    }

    @Override
    public void mend() {
        servers.all().forEach(RunningStore::resume);
        List<RunningStore> dead =
                servers.all().stream().filter(server -> !server.isAlive()).toList();
        dead.forEach(RunningStore::restart);
        if (!forgetful.isEmpty()) {
            awaitGrants(forgetful);
            forgetful = List.of();
        }
    }

    /** These have lost what they kept; returns when they grant again. */
    void awaitGrants(List<RunningStore> forgetting) {
        others.forEach(other -> servers.declareNew(namespace + other));
        servers.beginGrace(forgetting, namespace);
        try {
            new CountDownLatch(1).await(servers.maxLease().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
