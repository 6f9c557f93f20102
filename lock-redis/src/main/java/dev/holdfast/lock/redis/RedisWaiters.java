package dev.holdfast.lock.redis;

import dev.holdfast.lock.spi.AcquireRequest;
import dev.holdfast.lock.spi.AcquisitionId;
import dev.holdfast.lock.spi.DriverContext;
import dev.holdfast.lock.spi.Grant;
import dev.holdfast.lock.spi.LockName;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The acquires of this client that wait, and when each of their requests was sent, so that a grant from the channel
 * counts from the right one: the server started the timer of grant {@code (id, token, n)} after it had processed
 * request n, hence after n was sent. A later request proves nothing about it: by then the grant may have lapsed, and
 * the message been under way all the time. Safe for use by several threads.
 */
final class RedisWaiters {
    private static final Pattern MESSAGE = Pattern.compile("([0-9a-f]{32}) ([0-9]{1,18}) ([0-9]{1,18})");

    private final DriverContext context;
    private final Duration leaseTime;
    private final Map<AcquisitionId, Waiter> waiters = new ConcurrentHashMap<>();

    RedisWaiters(DriverContext context, Duration leaseTime) {
        this.context = context;
        this.leaseTime = leaseTime;
    }

    private static final class Waiter {
        private final LockName name;
        private final Map<Long, Long> sent = new ConcurrentHashMap<>();
        private volatile boolean unanswered;

        Waiter(LockName name) {
            this.name = name;
        }
    }

    /** Notes a request before it is sent. */
    void sending(AcquireRequest request, long n, long now) {
        Waiter waiter = waiters.computeIfAbsent(request.id(), id -> new Waiter(request.name()));
        if (request.unanswered()) {
            waiter.unanswered = true;
        }
        waiter.sent.values().removeIf(at -> isOver(at, now));
        waiter.sent.put(n, now);
    }

    /** Notes that a request may still be executed: a release of this acquire's grant must leave a tombstone. */
    void unanswered(AcquisitionId id) {
        Waiter waiter = waiters.get(id);
        if (waiter != null) {
            waiter.unanswered = true;
        }
    }

    /** A noted request was not executed. An acquire of which no request is known can get no grant from the channel. */
    void notExecuted(AcquisitionId id, long n) {
        waiters.computeIfPresent(id, (key, waiter) -> {
            waiter.sent.remove(n);
            return waiter.sent.isEmpty() ? null : waiter;
        });
    }

    /** This acquire waits no more, or waits anew: what the channel says of it until then is void. */
    void forget(AcquisitionId id) {
        waiters.remove(id);
    }

    boolean isEmpty() {
        return waiters.isEmpty();
    }

    /** Messages may have been lost: everybody looks. */
    void lookAll() {
        waiters.keySet().forEach(context::look);
    }

    /** A message of this client's channel. Whoever does not wait has had the answer another way, or has left. */
    void message(String text) {
        Matcher matcher = MESSAGE.matcher(text);
        if (!matcher.matches()) {
            return;
        }
        AcquisitionId id = new AcquisitionId(matcher.group(1));
        Waiter waiter = waiters.get(id);
        if (waiter == null) {
            return;
        }
        Long sent = waiter.sent.get(Long.valueOf(matcher.group(3)));
        if (sent == null || isOver(sent, context.ticker().nanos())) {
            // Too old to count from; if the server still has the grant, a look restarts its timer.
            context.look(id);
        } else if (waiters.remove(id, waiter)) {
            long token = Long.parseLong(matcher.group(2));
            context.granted(new Grant(id, waiter.name, token, sent, leaseTime, new Ticket(waiter.unanswered)));
        }
    }

    private boolean isOver(long sent, long now) {
        return now - sent >= leaseTime.toNanos();
    }
}
