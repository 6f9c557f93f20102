package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.bench.run.Contender;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.support.CloseableClient;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What every contender over jetcd needs. */
final class EtcdClients {
    private EtcdClients() {}

    static Client open(String host, int port) {
        return Client.builder().endpoints("http://" + host + ":" + port).build();
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    static <T> T await(CompletableFuture<T> answer) throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(Contender.Hand.MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** A lease that is kept alive until it is closed. */
    record KeptLease(Client client, long id, CloseableClient keepAlive) implements AutoCloseable {
        static KeptLease of(Client client, Duration leaseTime) throws Exception {
            long id =
                    await(client.getLeaseClient().grant(leaseTime.toSeconds())).getID();
            return new KeptLease(client, id, client.getLeaseClient().keepAlive(id, new Unobserved()));
        }

        @Override
        public void close() throws Exception {
            keepAlive.close();
            await(client.getLeaseClient().revoke(id));
        }
    }

    private static final class Unobserved implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(LeaseKeepAliveResponse response) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
