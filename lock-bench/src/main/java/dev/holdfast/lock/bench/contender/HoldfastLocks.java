package dev.holdfast.lock.bench.contender;

import dev.holdfast.lock.ClientOptions;
import dev.holdfast.lock.Lease;
import dev.holdfast.lock.LockClient;
import dev.holdfast.lock.Locks;
import dev.holdfast.lock.bench.run.Contender;
import dev.holdfast.lock.bench.run.Role;
import dev.holdfast.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.Optional;

/** What is judged. */
final class HoldfastLocks implements Contender.Client {
    private static final Duration MAX_WAIT = Duration.ofSeconds(Contender.Hand.MAX_WAIT_SECONDS);

    private final LockClient client;

    private HoldfastLocks(LockClient client) {
        this.client = client;
    }

    /** Holdfast at this URL, with nothing but the lease time set. */
    static Contender at(String url) {
        return new Contender("Holdfast", Role.HOLDFAST, Kinds.ALL, leaseTime -> {
            ClientOptions options = ClientOptions.builder().leaseTime(leaseTime).build();
            return new HoldfastLocks(Locks.open(url, options));
        });
    }

    @Override
    public Contender.Hand hand() {
        return new Hand(client);
    }

    @Override
    public void close() {
        client.close();
    }

    private static final class Hand implements Contender.Hand {
        private final LockClient client;
        private Optional<Lease> lease = Optional.empty();

        Hand(LockClient client) {
            this.client = client;
        }

        @Override
        public void acquire(String name) throws InterruptedException {
            lease = Optional.of(client.named(name).acquire(MAX_WAIT));
        }

        @Override
        public boolean isHeld() {
            return lease.orElseThrow().isHeld();
        }

        @Override
        public void release() {
            ReleaseOutcome outcome = lease.orElseThrow().release();
            if (outcome != ReleaseOutcome.RELEASED) {
                throw new IllegalStateException("a release ended with " + outcome);
            }
        }
    }
}
