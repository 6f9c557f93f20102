package dev.holdfast.lock.etcd;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A network that loses an answer, or holds a transaction back and delivers it later. */
final class FaultyCalls implements ClientInterceptor {
    private static final String TXN = "etcdserverpb.KV/Txn";
    private static final String KEEP_ALIVE = "etcdserverpb.Lease/LeaseKeepAlive";

    private final AtomicInteger answersToLose = new AtomicInteger();
    /** A transaction that is held back. */
    static final class Late {
        private final CompletableFuture<Void> gate = new CompletableFuture<>();
        private final CompletableFuture<Status> done = new CompletableFuture<>();

        /** Sends it, and returns when etcd has executed it. */
        void deliver() {
            gate.complete(null);
            Status status = EtcdBench.join(done);
            if (!status.isOk() && !String.valueOf(status.getDescription()).contains("lease not found")) {
                throw new AssertionError("the late request did not reach etcd: " + status);
            }
        }
    }

    private final AtomicReference<@Nullable Late> holding = new AtomicReference<>();
    private volatile boolean keepAlivesLost;

    /** The next transaction is executed, and its answer lost. */
    void loseNextAnswer() {
        answersToLose.set(1);
    }

    /** The next transaction is sent later; the caller is told at once that it failed. */
    Late holdNext() {
        Late late = new Late();
        holding.set(late);
        return late;
    }

    /** No keep-alive is answered any more; etcd still gets them. */
    void loseKeepAlives() {
        keepAlivesLost = true;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        ClientCall<Q, A> call = next.newCall(method, options);
        String name = method.getFullMethodName();
        if (name.equals(KEEP_ALIVE) && keepAlivesLost) {
            return new Mute<>(call);
        }
        if (!name.equals(TXN)) {
            return call;
        }
        Late late = holding.getAndSet(null);
        if (late != null) {
            return new Held<>(call, late);
        }
        return answersToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0 ? new Mute<>(call) : call;
    }

    /** Executed; the answer is replaced by a failure. */
    private static final class Mute<Q, A> extends SimpleForwardingClientCall<Q, A> {
        Mute(ClientCall<Q, A> call) {
            super(call);
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            super.start(
                    new SimpleForwardingClientCallListener<>(listener) {
                        @Override
                        public void onMessage(A lost) {
                            // lost on the way
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            super.onClose(Status.UNAVAILABLE.withDescription("connection reset"), new Metadata());
                        }
                    },
                    headers);
        }
    }

    private static final class Done<A> extends ClientCall.Listener<A> {
        private final CompletableFuture<Status> done;

        Done(CompletableFuture<Status> done) {
            this.done = done;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            done.complete(status);
        }
    }

    /** Fails at once and is sent later, when nobody waits for it. */
    private static final class Held<Q, A> extends SimpleForwardingClientCall<Q, A> {
        private final Late late;
        private @Nullable Q message;

        Held(ClientCall<Q, A> call, Late late) {
            super(call);
            this.late = late;
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            CompletableFuture<Void> ignored = late.gate.thenRun(() -> {
                delegate().start(new Done<A>(late.done), headers);
                delegate().request(2);
                delegate().sendMessage(Objects.requireNonNull(message));
                delegate().halfClose();
            });
            listener.onClose(Status.UNAVAILABLE.withDescription("connection reset"), new Metadata());
        }

        @Override
        public void request(int messages) {
            // not started yet
        }

        @Override
        public void sendMessage(Q request) {
            message = request;
        }

        @Override
        public void halfClose() {
            // not started yet
        }

        @Override
        public void cancel(@Nullable String reason, @Nullable Throwable cause) {
            // cannot be taken back
        }
    }
}
