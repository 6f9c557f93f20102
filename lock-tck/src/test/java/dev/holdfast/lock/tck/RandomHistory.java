package dev.holdfast.lock.tck;

import dev.holdfast.lock.spi.Claim;
import dev.holdfast.lock.tck.Disturbance.Effect;
import dev.holdfast.lock.tck.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A correct history of one lock, made up from a seed: contenders queue up, are granted the lock in turn, hold, renew,
 * write, release, give up, fail, are stopped beyond their lease, and die.
 */
final class RandomHistory {
    static final Terms TERMS = new Terms(
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Set.of(Claim.FIFO, Claim.DIRECT_WAKEUP));
    private static final long MS = 1_000_000;
    private static final int CONTENDERS = 6;

    final List<Event> events = new ArrayList<>();
    final List<Disturbance> disturbances = new ArrayList<>();
    private final Random random;
    private final long[] ready = new long[CONTENDERS]; // from when on a contender asks again
    private final int[] lives = new int[CONTENDERS];
    private long free;
    private long quietFrom;
    private long token = 1_000;
    private long value;
    private long step;

    RandomHistory(long seed, int grants) {
        random = new Random(seed);
        for (int i = 0; i < CONTENDERS; i++) {
            ready[i] = random.nextInt(50) * MS + i;
        }
        for (int i = 0; i < grants; i++) {
            turn();
        }
        // In the order of time, as a file has them; events of a contender stay in their order.
        events.sort(Comparator.comparingLong(Event::nanos));
    }

    History.Recorded recorded() {
        return History.of(events);
    }

    private String who(int contender) {
        return "p" + contender + "x" + lives[contender] + "/t";
    }

    /** Who has waited for longest is granted the lock. */
    private void turn() {
        int next = 0;
        for (int i = 1; i < CONTENDERS; i++) {
            next = ready[i] < ready[next] ? i : next;
        }
        String who = who(next);
        long invoked = ready[next];
        say(Kind.INVOKED, invoked, who);
        if (random.nextInt(20) == 0) {
            // Whoever gives up does so before its turn.
            say(random.nextBoolean() ? Kind.REFUSED : Kind.UNKNOWN, invoked + 5 * MS, who);
            ready[next] = invoked + 6 * MS;
            return;
        }
        token += 1 + random.nextInt(5);
        long granted = Math.max(invoked + MS, free) + 1 + random.nextInt(3) * MS;
        events.add(Event.of(Kind.GRANTED, granted, who, HistoryScript.LOCK, token, 990 * MS));
        long read = granted + MS;
        access(Kind.READ, read, who);
        int fate = granted > quietFrom ? random.nextInt(30) : 2;
        if (fate == 0) {
            die(next, granted + 10 * MS);
        } else if (fate == 1) {
            stop(next, who, granted + 10 * MS);
        } else {
            hold(next, who, read, granted);
        }
    }

    private void hold(int contender, String who, long read, long granted) {
        long time = read;
        int questions = 1 + random.nextInt(random.nextInt(10) == 0 ? 120 : 6);
        for (int i = 0; i < questions; i++) {
            time += 10 * MS;
            // Renewed every third of a lease.
            long left = 990 * MS - (time - granted) % (330 * MS);
            events.add(Event.of(Kind.HELD, time, who, HistoryScript.LOCK, token, left));
        }
        access(Kind.WROTE, time + MS, who);
        say(Kind.RELEASING, time + 2 * MS, who, "");
        say(Kind.RELEASED, time + 3 * MS, who, "RELEASED");
        free = time + 3 * MS;
        ready[contender] = time + 4 * MS + random.nextInt(5);
    }

    private void die(int contender, long when) {
        events.add(Event.of(Kind.HELD, when - MS, who(contender), HistoryScript.LOCK, token, 900 * MS));
        disturb("KILL", contender, when, when, Effect.KILLS);
        lives[contender]++;
        free = when + 1_000 * MS;
        ready[contender] = when + 1_500 * MS;
    }

    /** Its successor reads before it goes on, so what it writes then is rejected. */
    private void stop(int contender, String who, long when) {
        events.add(Event.of(Kind.HELD, when - MS, who, HistoryScript.LOCK, token, 900 * MS));
        long on = when + 1_600 * MS;
        disturb("STOP", contender, when, on, Effect.STOPS, Effect.ISOLATES);
        say(Kind.NOT_HELD, on + MS, who, "");
        say(Kind.LOST, on + 2 * MS, who, "DEADLINE");
        events.add(new Event(Kind.REJECTED, on + 3 * MS, who, HistoryScript.LOCK, token, 0, 0, "WROTE"));
        say(Kind.RELEASING, on + 4 * MS, who, "");
        say(Kind.RELEASED, on + 5 * MS, who, "NOT_HELD");
        free = when + 1_000 * MS;
        ready[contender] = on + 6 * MS;
    }

    private void disturb(String name, int contender, long begins, long over, Effect... effects) {
        Set<String> process = Set.of("p" + contender + "x" + lives[contender]);
        disturbances.add(new Disturbance(name, process, begins, begins, over, over, Set.of(effects), Rule.L1));
        quietFrom = over + 4_000 * MS;
    }

    private void access(Kind kind, long nanos, String who) {
        value += kind == Kind.WROTE ? 1 : 0;
        step++;
        events.add(new Event(kind, nanos, who, HistoryScript.LOCK, token, value, step, ""));
    }

    private void say(Kind kind, long nanos, String who) {
        events.add(Event.of(kind, nanos, who, HistoryScript.LOCK));
    }

    private void say(Kind kind, long nanos, String who, String detail) {
        events.add(Event.of(kind, nanos, who, HistoryScript.LOCK, token, detail));
    }
}
