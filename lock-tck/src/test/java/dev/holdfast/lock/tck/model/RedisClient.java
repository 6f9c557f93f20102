package dev.holdfast.lock.tck.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What one client of a {@link RedisState} knows. It acquires one time after the other, each under an id of its own. */
final class RedisClient implements WireState.Client<RedisState.Message, RedisClient> {
    enum Phase {
        /** Nothing sent for the present id. */
        IDLE,
        /** An enter is under way. */
        ENTERING,
        /** An enter brought no answer. */
        IN_DOUBT,
        /** In the queue, as far as it knows. */
        WAITING,
        /** Has a grant; whether it believes to hold depends on the deadline. */
        HOLDING,
        /** A leave or a release is under way. */
        ENDING,
        /** All its acquires are over. */
        DONE,
        /** Killed: nothing is done any more, and nothing believed. */
        DEAD
    }

    /** A request number, and how long ago it was sent. */
    record Sent(int n, int age) {}

    final int index;
    int acquiresLeft;
    int generation;
    Phase phase = Phase.IDLE;
    int lastNumber;
    /** Number of the request whose reply is expected; 0 for none. */
    int pending;

    boolean unanswered;
    boolean renewed;
    int token;
    /** How long ago the request was sent that the deadline counts from. */
    int validAge;

    final List<Sent> sent = new ArrayList<>();

    RedisClient(int index, int acquires) {
        this.index = index;
        this.acquiresLeft = acquires;
    }

    int id() {
        return 4 * index + generation;
    }

    /** Whether {@code isHeld()} says so now. */
    boolean believes() {
        return phase == Phase.HOLDING && validAge < RedisState.LEASE;
    }

    int ageOf(int n) {
        return sent.stream()
                .filter(each -> each.n == n)
                .mapToInt(Sent::age)
                .findFirst()
                .orElse(RedisState.LEASE);
    }

    int ageOfLast() {
        return sent.isEmpty() ? RedisState.LEASE : sent.get(sent.size() - 1).age;
    }

    boolean waits() {
        return phase == Phase.ENTERING || phase == Phase.IN_DOUBT || phase == Phase.WAITING;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean expects(RedisState.Message message) {
        return message.id() == id() && (message.kind() == RedisState.Kind.PUSH ? waits() : message.n() == pending);
    }

    /** Numbers the next request and notes when it is sent. */
    int number() {
        lastNumber++;
        sent.add(new Sent(lastNumber, 0));
        return lastNumber;
    }

    void hold(int granted, int age) {
        phase = Phase.HOLDING;
        token = granted;
        validAge = age;
        pending = 0;
    }

    /** The present acquire is over; the next one, if any, has another id. */
    void next() {
        sent.clear();
        lastNumber = 0;
        pending = 0;
        unanswered = false;
        renewed = false;
        token = 0;
        validAge = 0;
        if (--acquiresLeft > 0) {
            generation++;
            phase = Phase.IDLE;
        } else {
            phase = Phase.DONE;
        }
    }

    void die() {
        acquiresLeft = 1;
        next();
        phase = Phase.DEAD;
    }

    @Override
    public void tick() {
        sent.replaceAll(each -> new Sent(each.n, each.age + 1));
        sent.removeIf(each -> each.age >= RedisState.LEASE);
        if (phase == Phase.HOLDING && ++validAge >= RedisState.LEASE) {
            next(); // the deadline: the lease is lost, for good
        }
    }

    @Override
    public RedisClient copy() {
        RedisClient copy = new RedisClient(index, acquiresLeft);
        copy.generation = generation;
        copy.phase = phase;
        copy.lastNumber = lastNumber;
        copy.pending = pending;
        copy.unanswered = unanswered;
        copy.renewed = renewed;
        copy.token = token;
        copy.validAge = validAge;
        copy.sent.addAll(sent);
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RedisClient that
                && acquiresLeft == that.acquiresLeft
                && generation == that.generation
                && phase == that.phase
                && lastNumber == that.lastNumber
                && pending == that.pending
                && unanswered == that.unanswered
                && renewed == that.renewed
                && token == that.token
                && validAge == that.validAge
                && sent.equals(that.sent);
    }

    @Override
    public int hashCode() {
        return Objects.hash(acquiresLeft, phase, lastNumber, pending, unanswered, renewed, token, validAge, sent);
    }
}
