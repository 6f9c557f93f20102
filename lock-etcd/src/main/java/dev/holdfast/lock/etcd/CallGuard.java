package dev.holdfast.lock.etcd;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sees every gRPC call of a client: bounds it, asks for a member that has a leader, proves where it can that it was
 * never sent, and notices reconnects.
 *
 * <p>jetcd has no deadline per call, and a future that timed out leaves its call in the channel, to be executed much
 * later. The deadline set here ends the call itself.
 */
final class CallGuard implements ClientInterceptor {
    /** Marks a call that never reached a connection: it was not executed and never will be. */
    static final class NeverSent extends Exception {
        private static final long serialVersionUID = 1L;

        NeverSent(Status status) {
            super(status.getDescription(), status.getCause(), false, false);
        }
    }

    private static final String KEEP_ALIVE = "etcdserverpb.Lease/LeaseKeepAlive";
    private static final String KV_SERVICE = "etcdserverpb.KV";
    private static final Set<String> NEEDS_LEADER = Set.of(KV_SERVICE, "etcdserverpb.Lease");

    /** Lets a member that has lost its leader refuse at once, instead of waiting for one. */
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private volatile Duration callTimeout;
    private final Duration keepAliveTimeout;
    private final Map<SocketAddress, SocketAddress> localByRemote = new ConcurrentHashMap<>();
    private final AtomicInteger epoch = new AtomicInteger();

    CallGuard(Duration callTimeout, Duration keepAliveTimeout) {
        this.callTimeout = callTimeout;
        this.keepAliveTimeout = keepAliveTimeout;
    }

    /** Bounds calls from now on by another time, as when the opening is over. */
    void callTimeout(Duration timeout) {
        callTimeout = timeout;
    }

    /** Rises whenever a KV request uses a connection that was not there before. */
    int epoch() {
        return epoch.get();
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        Tracer tracer = new Tracer(KV_SERVICE.equals(method.getServiceName()));
        CallOptions traced = options.withStreamTracerFactory(tracer);
        ClientCall<Q, A> call = next.newCall(method, bound(method, traced));
        return new SimpleForwardingClientCall<>(call) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                if (NEEDS_LEADER.contains(String.valueOf(method.getServiceName()))) {
                    headers.put(HAS_LEADER, "true");
                }
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                super.onClose(tracer.sent ? status : neverSent(status), trailers);
                            }
                        },
                        headers);
            }
        };
    }

    private CallOptions bound(MethodDescriptor<?, ?> method, CallOptions options) {
        if (method.getFullMethodName().equals(KEEP_ALIVE)) {
            return options.withDeadlineAfter(keepAliveTimeout.toNanos(), TimeUnit.NANOSECONDS);
        }
        boolean unary = method.getType() == MethodDescriptor.MethodType.UNARY;
        return unary ? options.withDeadlineAfter(callTimeout.toNanos(), TimeUnit.NANOSECONDS) : options;
    }

    private static Status neverSent(Status status) {
        return status.isOk() ? status : status.withCause(new NeverSent(status));
    }

    /** A stream is created only on a connection that is ready; before that, nothing has left this machine. */
    private final class Tracer extends ClientStreamTracer.Factory {
        private final boolean countsConnections;
        private volatile boolean sent;

        Tracer(boolean countsConnections) {
            this.countsConnections = countsConnections;
        }

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata sentHeaders) {
                    sent = true;
                    if (countsConnections) {
                        noteConnection(transport);
                    }
                }
            };
        }
    }

    private void noteConnection(Attributes transport) {
        SocketAddress local = transport.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
        SocketAddress remote = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        if (local != null && remote != null) {
            Optional<SocketAddress> before = Optional.ofNullable(localByRemote.put(remote, local));
            if (!before.equals(Optional.of(local))) {
                epoch.incrementAndGet();
            }
        }
    }
}
