package dev.holdfast.lock.stores.harness;

import dev.holdfast.lock.stores.MovableClock;
import dev.holdfast.lock.tck.Nemesis;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;

/** What a Redlock of five must bear without anybody noticing; see {@code docs/redlock.md}. */
public final class RedlockNemesis implements Nemesis {
    private static final Duration AHEAD = Duration.ofMillis(500);

    private final String title;
    private final List<Duration> clocks;
    private final Duration leaseTime;
    private final String parameters;
    private final BiConsumer<RedlockVictim, Random> strike;

    private RedlockNemesis(
            String title,
            List<Duration> clocks,
            Duration leaseTime,
            String parameters,
            BiConsumer<RedlockVictim, Random> strike) {
        this.title = title;
        this.clocks = clocks;
        this.leaseTime = leaseTime;
        this.parameters = parameters;
        this.strike = strike;
    }

    /** All of them; each starts servers of its own. */
    public static List<Nemesis> all() {
        return List.of(
                new RedlockNemesis(
                        "any two of five restarted empty",
                        List.of(),
                        Duration.ofSeconds(1),
                        "",
                        RedlockVictim::restartEmpty),
                new RedlockNemesis(
                        "the same, their clocks 1 s apart",
                        List.of(AHEAD, AHEAD.negated(), AHEAD, AHEAD.negated(), Duration.ZERO),
                        Duration.ofSeconds(1),
                        "",
                        RedlockVictim::restartEmpty),
                // There and back; the clients reckon with it.
                new RedlockNemesis(
                        "clocks of any two jump by 0.5 s",
                        Collections.nCopies(RedlockVictim.SERVERS, Duration.ZERO),
                        RedlockVictim.MAX_LEASE,
                        "&clockJump=500ms",
                        RedlockVictim::moveClocks));
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public Optional<String> impossible() {
        return clocks.isEmpty() ? Optional.empty() : MovableClock.missing();
    }

    @Override
    public Victim start() {
        return new RedlockVictim(clocks, leaseTime, parameters, strike);
    }
}
