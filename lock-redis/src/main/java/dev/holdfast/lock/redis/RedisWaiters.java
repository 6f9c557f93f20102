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
import org.jspecify.annotations.Nullable;

/**
 * The acquires of this client that wait, and when each of their requests was sent, so that a grant from the channel
 * counts from the right one: the server started the timer of grant {@code (id, token, n)} after it had processed
 * request n, hence after n was sent. A later request proves nothing about it: by then the grant may have lapsed, and
 * the message been under way all the time. Safe for use by several threads.
 */
final class RedisWaiters {
    private static final Pattern MESSAGE = Pattern.compile("([0-9a-f]{32}) ([0-9]{1,18}) ([0-9]{1,18})");

    private static final int REQUESTS_KEPT = 8;

    private final DriverContext context;
    private final Duration leaseTime;
    private final boolean believes;
    private final Map<AcquisitionId, Waiter> waiters = new ConcurrentHashMap<>();

    /**
     * Of nobody yet.
     *
     * @param believes whether a message is a grant; else it only makes its waiter look, so that replicas confirm
     */
    RedisWaiters(DriverContext context, Duration leaseTime, boolean believes) {
        this.context = context;
        this.leaseTime = leaseTime;
        this.believes = believes;
    }

    /** A request, after the earlier ones of its acquire. */
    private record Sent(long n, long at, @Nullable Sent earlier) {}

    /** Written by the steps of its acquire, which do not overlap; read by the thread of the channel. */
    private static final class Waiter {
        private final LockName name;
        private volatile @Nullable Sent latest;
        private volatile boolean unanswered;

        Waiter(LockName name) {
            this.name = name;
        }

        @Nullable
        Sent request(long n) {
            Sent found = latest;
            while (found != null && found.n != n) {
                found = found.earlier;
            }
            return found;
        }
    }

    /** Notes a request before it is sent. */
    void sending(AcquireRequest request, long n, long now) {
        Waiter waiter = waiters.computeIfAbsent(request.id(), id -> new Waiter(request.name()));
        if (request.unanswered()) {
            waiter.unanswered = true;
        }
        waiter.latest = new Sent(n, now, recent(waiter.latest, now, REQUESTS_KEPT - 1));
    }

    /** Those that a grant could still count from; should it count from another, its waiter looks. */
    private @Nullable Sent recent(@Nullable Sent requests, long now, int most) {
        if (requests == null || most == 0 || isOver(requests.at, now)) {
            return null;
        }
        return new Sent(requests.n, requests.at, recent(requests.earlier, now, most - 1));
    }

    /** Notes that a request may still be executed: a release of this acquire's grant must leave a tombstone. */
    void unanswered(AcquisitionId id) {
        Waiter waiter = waiters.get(id);
        if (waiter != null) {
            waiter.unanswered = true;
        }
    }

    /** The latest request was not executed. An acquire of which none is known can get no grant from the channel. */
    void notExecuted(AcquisitionId id, long n) {
        waiters.computeIfPresent(id, (key, waiter) -> {
            Sent latest = waiter.latest;
            if (latest != null && latest.n == n) {
                waiter.latest = latest.earlier;
            }
            return waiter.latest == null ? null : waiter;
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
        Sent sent = waiter.request(Long.parseLong(matcher.group(3)));
        if (!believes || sent == null || isOver(sent.at, context.ticker().nanos())) {
            // Not confirmed, or too old to count from; if the server still has the grant, a look restarts its timer.
            context.look(id);
        } else if (waiters.remove(id, waiter)) {
            long token = Long.parseLong(matcher.group(2));
            context.granted(new Grant(id, waiter.name, token, sent.at, leaseTime, new Ticket(waiter.unanswered)));
        }
    }

    private boolean isOver(long sent, long now) {
        return now - sent >= leaseTime.toNanos();
    }
}
