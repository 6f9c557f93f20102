package dev.holdfast.lock.etcd;

import dev.holdfast.lock.spi.DriverOptions;
import dev.holdfast.lock.spi.StoreException;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What is checked before the first lock is granted. */
final class EtcdOpening {
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final String NETTY_CLASS = "io.netty.channel.MultiThreadIoEventLoopGroup";

    /** The server's version, if it tells, and what an operator should know about it. */
    record Server(Optional<EtcdVersion> version, List<String> remarks) {}

    private EtcdOpening() {}

    /**
     * The lease time in whole seconds, rounded up.
     *
     * @throws IllegalArgumentException outside 2 s to 24 h
     */
    static long ttlSeconds(DriverOptions options) {
        Duration leaseTime = options.leaseTime();
        if (leaseTime.compareTo(SHORTEST) < 0 || leaseTime.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "leaseTime on etcd is 2 s to 24 h, not " + leaseTime.toMillis() + " ms; 10 s or more is advisable");
        }
        return leaseTime.plusSeconds(1).minusNanos(1).toSeconds();
    }

    /**
     * jetcd runs on Netty 4.2; with 4.1 on the class path puts work, but keep-alives and watches die silently.
     *
     * @throws IllegalArgumentException with the fix, if Netty 4.2 is missing
     */
    static void checkNetty() {
        try {
            Class.forName(NETTY_CLASS, false, EtcdOpening.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "etcd needs Netty 4.2, but the class path has an older one: set the property netty.version to"
                            + " 4.2.15.Final (Spring Boot), or import io.netty:netty-bom:4.2.15.Final"
                            + " before other BOMs",
                    e);
        }
    }

    /** Where the members of the cluster of a user's own client listen. */
    static List<String> members(EtcdConnection connection, RequestDeadline deadline) throws InterruptedException {
        return connection
                .call("listing the members", deadline, c -> c.getClusterClient().listMember())
                .getMembers()
                .stream()
                .flatMap(member -> member.getClientURIs().stream())
                .map(URI::getAuthority)
                .map(authority -> "ip:///" + authority)
                .toList();
    }

    /**
     * Asks every member for its version.
     *
     * @throws StoreException if no member answers, or one runs a version that must not be used
     */
    static Server server(EtcdConnection connection, List<String> targets, RequestDeadline deadline)
            throws InterruptedException {
        Client client = connection.client();
        List<CompletableFuture<StatusResponse>> asked = targets.stream()
                .map(target -> client.getMaintenanceClient().statusMember(target))
                .toList();
        List<EtcdVersion> versions = new ArrayList<>();
        Optional<Throwable> failure = Optional.empty();
        int answers = 0;
        for (CompletableFuture<StatusResponse> status : asked) {
            try {
                StatusResponse answer = status.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
                answers++;
                EtcdVersion.parse(answer.getVersion()).ifPresent(versions::add);
            } catch (ExecutionException | TimeoutException e) {
                failure = Optional.of(e);
            }
        }
        if (answers == 0 && failure.isPresent()) {
            throw unreachable(connection, failure.get());
        }
        return judge(versions, targets.size() - answers, connection.errors().store());
    }

    private static StoreException unreachable(EtcdConnection connection, Throwable failure) {
        String store = connection.errors().store();
        StoreException mapped = connection.errors().map(failure, "opening");
        if (mapped.kind() == StoreException.Kind.REFUSED) {
            return mapped;
        }
        String cause = failure instanceof TimeoutException ? "no answer in time" : EtcdErrors.detail(failure);
        return StoreException.notExecuted(
                "can not reach etcd at " + store + " (" + cause
                        + "). Is etcd listening there for clients, and is the scheme right:"
                        + " etcd: without, etcds: with TLS?",
                failure);
    }

    private static Server judge(List<EtcdVersion> versions, int silent, String store) {
        for (EtcdVersion version : versions) {
            if (version.losesData() || version.tooOld()) {
                String why = version.tooOld() ? "is too old" : "may lose committed data";
                throw StoreException.refused(
                        "etcd " + version + " at " + store + " " + why + ": upgrade to 3.5.23, 3.6.5 or newer", null);
            }
        }
        Optional<EtcdVersion> oldest = versions.stream().min(Comparator.naturalOrder());
        List<String> remarks = new ArrayList<>();
        if (silent > 0) {
            remarks.add(silent + " of the members of " + store + " did not answer; their versions are not checked.");
        }
        if (oldest.isEmpty()) {
            remarks.add("The version of etcd at " + store + " could not be read; use 3.5.23, 3.6.5 or newer.");
        }
        oldest.filter(EtcdVersion::hasZombieLeader)
                .ifPresent(version -> remarks.add("etcd " + version
                        + " has fault #15247: a leader that was paused and resumed may break mutual exclusion; fencing"
                        + " tokens still hold. Upgrade to 3.5.23, 3.6.5 or newer."));
        oldest.filter(v -> !v.hasZombieLeader() && v.confirmsRevokedLeases())
                .ifPresent(version -> remarks.add("etcd " + version
                        + " has fault #20590: a keep-alive may be confirmed for a revoked lease; fencing tokens still"
                        + " hold. Upgrade to 3.5.23, 3.6.5 or newer."));
        return new Server(oldest, remarks);
    }

    /** Makes the namespace record if there is none, so that another mode or version sees that the place is taken. */
    static void claimNamespace(EtcdTxns txns, EtcdLayout layout, RequestDeadline deadline) throws InterruptedException {
        if (txns.scale().known().revision() != 0) {
            return;
        }
        long scale = txns.scale().next(EtcdRecord.ABSENT, txns.connection().epoch());
        TxnResponse reply = txns.commit("making the namespace record", deadline, txn -> txn.If(
                        EtcdQueue.equal(layout.record(), CmpTarget.modRevision(0)))
                .Then(Op.put(layout.record(), EtcdRecord.value(scale), PutOption.DEFAULT))
                .Else(EtcdQueue.get(layout.record())));
        if (reply.isSucceeded()) {
            txns.scale().learn(new EtcdRecord(scale, reply.getHeader().getRevision()));
        } else {
            txns.scale().learn(reply.getGetResponses().get(0).getKvs());
        }
    }
}
