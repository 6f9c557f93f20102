package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.Answer;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LeaveOutcome;
import dev.holdfast.lock.spi.LockDriver;
import dev.holdfast.lock.spi.LockName;
import dev.holdfast.lock.spi.RegisterAnswer;
import dev.holdfast.lock.spi.RegisterDriver;
import dev.holdfast.lock.spi.ReleaseOutcome;
import dev.holdfast.lock.spi.Renewal;
import dev.holdfast.lock.spi.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Drivers over the memory driver that misbehave as real ones and their networks do. */
final class Scripts {
    private Scripts() {}

    /** Says that its store does not answer, as late as a driver may, for as long as it is told to be dead. */
    static final class Dead extends ForwardingDriver {
        final AtomicBoolean dead = new AtomicBoolean();
        final AtomicInteger renewals = new AtomicInteger();
        final AtomicInteger releases = new AtomicInteger();
        final AtomicInteger leaves = new AtomicInteger();
        private final Duration storeTimeout;

        Dead(LockDriver target, Duration storeTimeout) {
            super(target);
            this.storeTimeout = storeTimeout;
        }

        private void answer(Duration timeout) {
            if (dead.get()) {
                long end = System.nanoTime() + timeout.toNanos();
                for (long left = timeout.toNanos(); left > 0; left = end - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                    if (Thread.currentThread().isInterrupted()) {
                        break;
                    }
                }
                throw StoreException.unknown("the store did not answer within " + timeout, null);
            }
        }

        @Override
        public Answer enter(AcquireRequest request) throws InterruptedException {
            answer(request.timeout());
            return super.enter(request);
        }

        @Override
        public Answer look(AcquireRequest request) throws InterruptedException {
            answer(request.timeout());
            return super.look(request);
        }

        @Override
        public LeaveOutcome leave(AcquireRequest request) {
            leaves.incrementAndGet();
            answer(request.timeout());
            return super.leave(request);
        }

        @Override
        public List<Renewal> renew(List<Grant> grants) {
            renewals.incrementAndGet();
            answer(storeTimeout);
            return super.renew(grants);
        }

        @Override
        public List<ReleaseOutcome> release(List<Grant> grants) {
            releases.incrementAndGet();
            answer(storeTimeout);
            return super.release(grants);
        }
    }

    /** Executes requests and loses their replies, once for each switch that is on. */
    static final class LosingReplies extends ForwardingDriver {
        final AtomicBoolean ofEnter = new AtomicBoolean();
        final AtomicBoolean ofRelease = new AtomicBoolean();
        final AtomicInteger enters = new AtomicInteger();

        LosingReplies(LockDriver target) {
            super(target);
        }

        private static void lose(AtomicBoolean once) {
            if (once.getAndSet(false)) {
                throw StoreException.unknown("the reply was lost", null);
            }
        }

        @Override
        public Answer enter(AcquireRequest request) throws InterruptedException {
            enters.incrementAndGet();
            Answer answer = super.enter(request);
            lose(ofEnter);
            return answer;
        }

        @Override
        public List<ReleaseOutcome> release(List<Grant> grants) {
            List<ReleaseOutcome> outcomes = super.release(grants);
            lose(ofRelease);
            return outcomes;
        }
    }

    /** Has the first enter executed, and holds its answer back until it is let go. */
    static final class HeldAnswer extends ForwardingDriver {
        final CountDownLatch executed = new CountDownLatch(1);
        final CountDownLatch letGo = new CountDownLatch(1);

        HeldAnswer(LockDriver target) {
            super(target);
        }

        @Override
        public Answer enter(AcquireRequest request) throws InterruptedException {
            Answer answer = super.enter(request);
            executed.countDown();
            if (!letGo.await(30, TimeUnit.SECONDS)) {
                throw StoreException.unknown("the test never let the answer go", null);
            }
            return answer;
        }
    }

    /** Holds renewals back until it is let go, and only then sends them. */
    static final class HangingRenewal extends ForwardingDriver {
        final CountDownLatch letGo = new CountDownLatch(1);
        final CountDownLatch hangs = new CountDownLatch(1);
        final CountDownLatch answered = new CountDownLatch(1);

        HangingRenewal(LockDriver target) {
            super(target);
        }

        @Override
        public List<Renewal> renew(List<Grant> grants) {
            hangs.countDown();
            try {
                if (!letGo.await(30, TimeUnit.SECONDS)) {
                    throw StoreException.unknown("the test never let the renewal go", null);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw StoreException.unknown("interrupted", e);
            }
            // Whatever the store thinks by now: it says that it renewed.
            List<Renewal> outcomes = grants.stream()
                    .map(grant -> (Renewal) new Renewal.Renewed(System.nanoTime(), grant.leaseTime()))
                    .toList();
            answered.countDown();
            return outcomes;
        }
    }

    /** Grants under a session that was confirmed this long before the request; counts renewals. */
    static final class OldSession extends ForwardingDriver {
        final AtomicInteger renewals = new AtomicInteger();
        private final Duration age;

        OldSession(LockDriver target, Duration age) {
            super(target);
            this.age = age;
        }

        @Override
        public Answer enter(AcquireRequest request) throws InterruptedException {
            return super.enter(request) instanceof Answer.Granted granted
                    ? new Answer.Granted(aged(granted.grant()))
                    : super.look(request);
        }

        private Grant aged(Grant grant) {
            return new Grant(
                    grant.id(),
                    grant.name(),
                    grant.token(),
                    grant.validFrom() - age.toNanos(),
                    grant.leaseTime(),
                    grant.ticket());
        }

        @Override
        public List<Renewal> renew(List<Grant> grants) {
            renewals.incrementAndGet();
            return super.renew(grants);
        }
    }

    /** Counts who is queued: answered as waiting, and not yet left. */
    static final class Counting extends ForwardingDriver {
        final AtomicInteger queued = new AtomicInteger();

        Counting(LockDriver target) {
            super(target);
        }

        @Override
        public Answer enter(AcquireRequest request) throws InterruptedException {
            Answer answer = super.enter(request);
            if (answer instanceof Answer.Waiting) {
                queued.incrementAndGet();
            }
            return answer;
        }

        @Override
        public LeaveOutcome leave(AcquireRequest request) {
            LeaveOutcome outcome = super.leave(request);
            queued.decrementAndGet();
            return outcome;
        }
    }

    /** Answers every request to a register with this exception. */
    static final class FailingRegisters extends ForwardingDriver {
        private final StoreException answer;

        FailingRegisters(LockDriver target, StoreException answer) {
            super(target);
            this.answer = answer;
        }

        @Override
        public Optional<RegisterDriver> registers() {
            return Optional.of(new RegisterDriver() {
                @Override
                public RegisterAnswer read(LockName name, long token) {
                    throw answer;
                }

                @Override
                public RegisterAnswer write(LockName name, long token, byte[] value) {
                    throw answer;
                }
            });
        }
    }
}
